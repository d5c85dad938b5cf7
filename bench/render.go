// The template of bench/render.c executed by Go's text/template and sprig:
//
//	render TEMPLATE DATA	what it makes
//	render TEMPLATE DATA N	microseconds for one of N executions
//
// scripts/bench builds it below the build folder.  As over there, ObjectMeta
// and Spec are the types of the Kubernetes API, and the shortest of five
// rounds on one core counts.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const rounds = 5

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

func decode[T any](raw json.RawMessage) T {
	var v T
	must(json.Unmarshal(raw, &v))
	return v
}

func load(path string) map[string]any {
	raw, err := os.ReadFile(path)
	must(err)
	data := map[string]any{}
	for name, part := range decode[map[string]json.RawMessage](raw) {
		switch name {
		case "ObjectMeta":
			data[name] = decode[meta.ObjectMeta](part)
		case "Spec":
			data[name] = decode[core.PodSpec](part)
		default:
			data[name] = decode[any](part)
		}
	}
	return data
}

func measure(t *template.Template, data any, n int) time.Duration {
	var out bytes.Buffer
	best := time.Duration(0)
	for round := 0; round < rounds; round++ {
		begin := time.Now()
		for i := 0; i < n; i++ {
			out.Reset()
			must(t.Execute(&out, data))
		}
		spent := time.Since(begin)
		if round == 0 || spent < best {
			best = spent
		}
	}
	return best
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	data := load(os.Args[2])
	t, err := template.New("sidecar").Funcs(sprig.TxtFuncMap()).
		Parse(string(text))
	must(err)
	if len(os.Args) == 3 {
		must(t.Execute(os.Stdout, data))
		return
	}
	runtime.GOMAXPROCS(1)
	n, err := strconv.Atoi(os.Args[3])
	must(err)
	n /= rounds
	spent := measure(t, data, n)
	fmt.Printf("%.2f\n", float64(spent.Nanoseconds())/1e3/float64(n))
}
