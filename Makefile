# injector: everything is built below $(BUILD); `make help` lists the targets.
#
# To add a module, put its .c and .h into a folder of src/; a test program,
# write tests/test_NAME.c; a fuzz target, tests/fuzz/fuzz_NAME.c; a built-in
# template, templates/NAME.yaml.  Nothing here needs to be touched for it.

CC = cc
OBJCOPY = objcopy
# Without the flag GCC loads two neighbors of a struct at once, which waits if
# one of them has just been stored: 4 % of the time.
CFLAGS = -O2 -g -fno-tree-slp-vectorize $(HARDEN)
PREFIX = /usr/local
BUILD = build
FUZZ =
FUZZ_SECONDS = 60
# Of the tests only these, such as diff: tests/test_diff.c, tests/diff.sh, the
# saved inputs of the fuzz target and the golden cases testdata/diff/*.
T =

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wwrite-strings -Wundef
OPTIONS = -std=c11 -pthread -fPIC -fvisibility=hidden -D_GNU_SOURCE $(WARN) \
	-Isrc -Iinclude -I$(BUILD)/gen
VERSION = $(shell sed -n 's/^.define INJECTOR_VERSION "\(.*\)"/\1/p' \
	include/injector.h)

# Overflows end the program, and tables of addresses are read-only: 2 to 4 % of
# the instructions.  Sanitizers see more without it.  Without a compiler the first
# line is scripts/deps', not the shell's.
MACHINE = $(eval MACHINE := $$(shell $(CC) -dumpmachine 2>/dev/null))$(MACHINE)
HARDEN = $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	-fstack-protector-strong $(HARDEN_$(firstword $(subst -, ,$(MACHINE)))))
HARDEN_x86_64 = -fstack-clash-protection -fcf-protection
HARDEN_aarch64 = -fstack-clash-protection -mbranch-protection=standard
HARDEN_LINK = -Wl,-z,relro,-z,now

PACKAGES = yaml-0.1 libpcre2-8 nettle libutf8proc
WEBHOOK_PACKAGES = libmicrohttpd gnutls

# Asked at the first use, not while reading this file: pkg-config may be one
# of the things that scripts/deps has yet to install.
ask = $(eval $(1) := $$(shell pkg-config $(2)))$($(1))
PKG_CFLAGS = $(call ask,PKG_CFLAGS,--cflags $(PACKAGES) jansson)
PKG_LIBS = $(call ask,PKG_LIBS,--libs $(PACKAGES))
# jansson writes the command's reports; the library does not need it.
JANSSON = $(eval JANSSON := $(call archive,jansson,-ljansson))$(JANSSON)
# The command starts sooner where it has to load no library but libc, so what
# there is an archive of is linked from that; ARCHIVES=no loads all.
ARCHIVES = yes
archive = $(or $(if $(filter yes,$(ARCHIVES)),$(wildcard \
	$(shell $(CC) -print-file-name=lib$(1).a))),$(2))
STATIC_LIBS = $(foreach lib,$(PKG_LIBS),$(call archive,$(lib:-l%=%),$(lib)))
# A program loads no library at its start that it does not use, where the linker
# can leave them out.
AS_NEEDED = $(eval AS_NEEDED := $$(shell echo 'int main(void) { return 0; }' | \
	$(CC) -x c - -Wl,--as-needed -o /dev/null 2>/dev/null && \
	echo -Wl,--as-needed))$(AS_NEEDED)
PUBLIC_LIBS = $(AS_NEEDED) $(PKG_LIBS) -lm
LIBS = $(PUBLIC_LIBS) $(JANSSON)
# Libc first: what it has of libm (frexp and its kin) is not looked for there.
COMMAND_LIBS = $(AS_NEEDED) $(STATIC_LIBS) $(JANSSON) -lc -lm
CHECK_LIBS = $(call ask,CHECK_LIBS,--cflags --libs check jansson)

# The webhook's server is built where its libraries are.
HAVE_WEBHOOK := $(shell pkg-config --exists $(WEBHOOK_PACKAGES) 2>/dev/null && \
	echo yes)
WEBHOOK_CFLAGS = $(call ask,WEBHOOK_CFLAGS,--cflags $(WEBHOOK_PACKAGES))
WEBHOOK_LIBS = $(call ask,WEBHOOK_LIBS,--libs $(WEBHOOK_PACKAGES))

CLI_SRC = $(wildcard src/cli/*.c)
WEBHOOK_SRC = $(wildcard src/webhook/*.c)
LIB_SRC = $(filter-out $(CLI_SRC) $(WEBHOOK_SRC),$(wildcard src/*/*.c))
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ = $(CLI_SRC:%.c=$(BUILD)/%.o)
WEBHOOK_OBJ = $(WEBHOOK_SRC:%.c=$(BUILD)/%.o)
WEBHOOK = $(if $(wildcard src/webhook/serve.c),$(BUILD)/injector-webhook)
WEBHOOK_HERE = $(if $(HAVE_WEBHOOK),$(WEBHOOK))
# The command and the tests use functions that the library keeps to itself.
LIB = $(BUILD)/internal.a
SONAME = libinjector.so.0
# The library without what only the command needs.
PUBLIC_OBJ = $(filter-out $(BUILD)/src/report/% $(BUILD)/src/files/% \
	$(BUILD)/src/project/%,$(LIB_OBJ))
PUBLIC = $(BUILD)/libinjector.a $(BUILD)/$(SONAME)
# What the test programs share: every other .c file in tests/.
TEST_OBJ = $(patsubst %.c,$(BUILD)/%.o,\
	$(filter-out tests/test_%,$(wildcard tests/*.c)))
# Tests of the server are called test_serve... or test_webhook_NAME.
WEBHOOK_TEST_SRC = $(wildcard tests/test_serve*.c tests/test_webhook_*.c)
WEBHOOK_TESTS = $(WEBHOOK_TEST_SRC:%.c=$(BUILD)/%)
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(filter-out $(if $(HAVE_WEBHOOK),,\
	$(WEBHOOK_TEST_SRC)),$(wildcard tests/test_*.c)))
FUZZERS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS = $(FUZZERS:%=$(BUILD)/replay/fuzz_%)
BENCH_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/*.c))

ifneq ($(V),1)
Q = @
say = @printf '  %-6s %s\n'
else
say = @:
endif
COMPILE = $(CC) $(OPTIONS) $(CPPFLAGS) $(CFLAGS) $(SAN) $(PKG_CFLAGS) \
	$(OWN_CFLAGS) -MMD -MP
LINK = $(CC) -pthread $(CFLAGS) $(SAN) $(HARDEN_LINK) $(LDFLAGS)

all: $(BUILD)/injector $(PUBLIC) webhook ## the command, the library, injector-webhook

# Or what is missing for it.
webhook: $(WEBHOOK_HERE) | $(BUILD)/deps-found ## injector-webhook
	$(if $(HAVE_WEBHOOK),,@echo "injector-webhook is left out:" && \
		scripts/deps --check webhook || true)

# Before anything is compiled: what is missing, and the command to install it.
$(BUILD)/deps-found: scripts/deps
	@scripts/deps --check build
	@mkdir -p $(@D) && touch $@

# Objects are made again when the options of the compiler change.
FLAGS = $(OPTIONS) $(CPPFLAGS) $(CFLAGS) $(SAN)
$(BUILD)/flags: FORCE | $(BUILD)/deps-found
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@
.PHONY: FORCE
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags | $(BUILD)/deps-found
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) -c -o $@ $<

$(LIB): $(LIB_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

# Everything is hidden but what include/injector.h declares.
$(BUILD)/libinjector.a: $(PUBLIC_OBJ)
	$(say) AR $@
	$(Q)$(CC) -nostdlib -r -o $(BUILD)/injector.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/injector.o
	$(Q)rm -f $@ && ar rcs $@ $(BUILD)/injector.o

$(BUILD)/gen/injector.map: include/injector.h scripts/symbols
	@mkdir -p $(@D)
	$(Q)scripts/symbols -m >$@.new && mv $@.new $@

$(BUILD)/$(SONAME): $(BUILD)/gen/injector.map $(PUBLIC_OBJ)
	$(say) LINK $@
	$(Q)$(LINK) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=$< \
		-o $@ $(PUBLIC_OBJ) $(PUBLIC_LIBS)

$(BUILD)/injector: $(CLI_OBJ) $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(COMMAND_LIBS)

# The server has the command's options and messages, and libraries that the
# command must not load.
$(BUILD)/cli.a: $(filter-out %/main.o,$(CLI_OBJ))
$(BUILD)/webhook.a: $(filter-out %/webhook.o,$(WEBHOOK_OBJ))
$(BUILD)/cli.a $(BUILD)/webhook.a:
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(WEBHOOK_OBJ) $(WEBHOOK_TESTS:%=%.o): private OWN_CFLAGS = $(WEBHOOK_CFLAGS)

$(BUILD)/injector-webhook: $(BUILD)/src/webhook/webhook.o $(BUILD)/webhook.a \
		$(BUILD)/cli.a $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(WEBHOOK_LIBS)

$(BUILD)/src/engine/builtin.o: $(BUILD)/gen/builtin.inc $(BUILD)/gen/istio.inc
$(BUILD)/gen/builtin.inc: scripts/embed $(sort $(wildcard templates/*.yaml))
	@mkdir -p $(@D)
	$(say) EMBED templates
	$(Q)scripts/embed $(filter %.yaml,$^) >$@.new && mv $@.new $@

ISTIO = templates/istio
ISTIO_DATA = $(ISTIO)/releases.yaml $(ISTIO)/values.yaml
ISTIO_TEMPLATES = $(sort $(filter-out $(ISTIO_DATA) %/parts.yaml,\
	$(wildcard $(ISTIO)/*.yaml)))
$(BUILD)/gen/istio.inc: scripts/embed $(wildcard $(ISTIO)/*.yaml)
	@mkdir -p $(@D)
	$(say) EMBED $(ISTIO)
	$(Q)scripts/embed -c istio/ $(ISTIO_DATA) >$@.new
	$(Q)scripts/embed -c -a $(ISTIO)/parts.yaml istio/ $(ISTIO_TEMPLATES) \
		>>$@.new && mv $@.new $@

INSTALLED = templates/webhook
$(BUILD)/src/webhook/manifests.o: $(BUILD)/gen/manifests.inc
$(BUILD)/gen/manifests.inc: scripts/embed $(wildcard $(INSTALLED)/*.yaml)
	@mkdir -p $(@D)
	$(say) EMBED $(INSTALLED)
	$(Q)scripts/embed -a $(INSTALLED)/parts.yaml $(sort $(filter-out \
		%/parts.yaml,$(wildcard $(INSTALLED)/*.yaml))) >$@.new && \
		mv $@.new $@

$(BUILD)/src/cli/show_version.o: $(BUILD)/gen/commit.inc
$(BUILD)/gen/commit.inc: FORCE
	@mkdir -p $(@D)
	@echo "#define COMMIT \"$$(scripts/commit)\"" >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_OBJ) $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(CHECK_LIBS)

$(WEBHOOK_TESTS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_OBJ) \
		$(BUILD)/webhook.a $(BUILD)/cli.a $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(WEBHOOK_LIBS) $(CHECK_LIBS)

# Where it makes allocations fail; in the archives of other libraries, too, if
# they are installed.
$(BUILD)/tests/test_memory: LIBS = -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc $(STATIC_LIBS) -lm
$(BUILD)/tests/test_serve_memory: LIBS += -Wl,--wrap=malloc,--wrap=calloc
$(BUILD)/tests/test_serve_memory: WEBHOOK_LIBS = \
	$(call archive,microhttpd,-lmicrohttpd) -lgnutls

# Makes system calls of the command fail, in tests/faults_*.sh.  A sanitizer has
# to be loaded first.
FAULTS = $(if $(SAN),,$(if $(findstring linux,$(MACHINE)),$(BUILD)/tests/faults.so))
$(BUILD)/tests/faults.so: $(BUILD)/tests/faults/preload.o
	$(say) LINK $@
	$(Q)$(CC) -shared -o $@ $< -ldl

$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS)

# In a build by scripts/fuzz, which sets CC and SAN.
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)

$(BUILD)/bench/bench: $(BENCH_OBJ) $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS)

WEBHOOK_BENCH = $(if $(HAVE_WEBHOOK),$(BUILD)/bench/admission)
$(BUILD)/bench/webhook/admission.o: private OWN_CFLAGS = $(WEBHOOK_CFLAGS)
$(BUILD)/bench/admission: $(BUILD)/bench/webhook/admission.o \
		$(BUILD)/bench/figure.o $(BUILD)/webhook.a $(LIB)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(WEBHOOK_LIBS)

demo:                            ## inject a sidecar into a manifest, show the diff
	@scripts/deps build
	@$(MAKE) --no-print-directory all
	@scripts/demo $(BUILD)/injector

demo-webhook:                    ## start the webhook, create a Pod through it, stop it
	@scripts/deps build webhook demo-webhook
	@$(MAKE) --no-print-directory all
	@scripts/demo-webhook $(BUILD)/injector-webhook

deps:                            ## install what build and tests need (Debian; DEPS=no: never)
	@scripts/deps

# Without the webhook's libraries its tests are left out.
check:                           ## all tests, or T=name; reads the tables in $CONFORMANCE, if set
	@scripts/deps || scripts/deps build tests
	@$(MAKE) --no-print-directory all run-check

ifeq ($(T),)
CHECKS = $(sort $(TESTS)) $(REPLAYS) $(sort $(wildcard tests/*.sh))
else
CASES = $(if $(filter golden,$(T)),,$(strip $(foreach t,$(T),$(if $(wildcard \
	testdata/$(t)/input.* testdata/$(t)/*/input.*),$(t)))))
CHECKS = $(filter $(T:%=$(BUILD)/tests/test_%) \
	$(if $(CASES),$(BUILD)/tests/test_golden),$(TESTS)) \
	$(filter $(T:%=$(BUILD)/replay/fuzz_%),$(REPLAYS)) \
	$(wildcard $(T:%=tests/%.sh))
endif
run-check: $(BUILD)/injector $(filter $(BUILD)/%,$(CHECKS)) \
		$(if $(filter tests/faults_%,$(CHECKS)),$(FAULTS))
	@CASE='$(CASES)' BUILD=$(BUILD) scripts/check \
		$(or $(strip $(CHECKS)),$(error no test is called $(T); there are $(sort \
		$(TESTS:$(BUILD)/tests/test_%=%) $(FUZZERS) $(patsubst \
		tests/%.sh,%,$(wildcard tests/*.sh)))))

ASAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -DHURT -DOS_PORTABLE
TSAN = -fsanitize=thread -fno-omit-frame-pointer

# -DHURT: one-node arena blocks, tiny reads, forgotten memory overwritten.
asan:                            ## the tests with sanitizers, in a build that hurts
	@CK_FORK=no CK_DEFAULT_TIMEOUT=300 $(MAKE) --no-print-directory \
		BUILD=build/asan SAN="$(ASAN)" check

tsan:                            ## one handle in many threads and the server, with ThreadSanitizer
	@scripts/deps || scripts/deps build tests
	@CK_FORK=no TSAN_OPTIONS=halt_on_error=0:exitcode=66 \
		$(MAKE) --no-print-directory BUILD=build/tsan SAN="$(TSAN)" \
		run-threads

run-threads: $(BUILD)/tests/test_threads $(BUILD)/tests/test_draft \
		$(filter $(BUILD)/tests/test_serve% %/test_webhook_reload \
			%/test_webhook_log,$(TESTS))
	@BUILD=$(BUILD) scripts/check $^

# Programs that take a minute or two there, but reach most of the library; all
# of them would take hours.
VALGRIND = amend annotations api diff emit funcs json labels patch policy \
	spelling summary typed unmerge values
valgrind:                        ## a sample of the tests under valgrind, or T=name
	@RUN="valgrind -q --leak-check=full --error-exitcode=9" CK_FORK=no \
		CK_DEFAULT_TIMEOUT=3000 $(MAKE) --no-print-directory check \
		T="$(or $(T),$(VALGRIND))"

cover:                           ## which lines the tests run, by folder (gcc)
	@$(MAKE) --no-print-directory BUILD=build/cover CFLAGS="-O0 -g" \
		SAN=--coverage check
	@scripts/cover build/cover

fuzz:                            ## clang's libFuzzer; FUZZ=name FUZZ_SECONDS=60
	@scripts/fuzz $(FUZZ_SECONDS) $(or $(FUZZ),$(FUZZERS))

fuzz-replay: $(REPLAYS)          ## the saved inputs of all fuzz targets again
	@BUILD=$(BUILD) scripts/check $(REPLAYS)

# Half an hour or more; the client is $ADMIT, see tests/webhook/server.inc.
accept: all $(WEBHOOK_BENCH)     ## injector-webhook's acceptance tests, A1 to A15
	@$(MAKE) --no-print-directory BUILD=build/asan SAN="$(ASAN)" webhook
	@$(MAKE) --no-print-directory BUILD=build/tsan SAN="$(TSAN)" webhook
	@BUILD=$(BUILD) SANITIZED="build/asan/injector-webhook \
		build/tsan/injector-webhook" scripts/accept

faults: all $(FAULTS)            ## failing system calls, full disks, kills, others that write
	@BUILD=$(BUILD) scripts/faults

bench: all $(BUILD)/bench/bench $(WEBHOOK_BENCH)  ## speed and memory against the budget
	@CC="$(CC)" CFLAGS="$(CFLAGS)" scripts/bench $(BUILD)
bench-record: all $(BUILD)/bench/bench  ## record the speed that make bench compares with
	@CC="$(CC)" CFLAGS="$(CFLAGS)" scripts/bench $(BUILD) record

GENERATED = $(BUILD)/gen/builtin.inc $(BUILD)/gen/istio.inc \
	$(BUILD)/gen/manifests.inc $(BUILD)/gen/commit.inc
lint: $(GENERATED)               ## sizes, line lengths, compiler warnings, man pages
	@BUILD=$(BUILD) scripts/lint

layers:                          ## which folder may include which
	@scripts/layers

fmt-check:                       ## spacing, as clang-format 14 has it
	@scripts/fmt-check

fmt:                             ## lay out the C files that are new or changed in git
	@git status --porcelain --untracked-files=all -- '*.c' '*.h' | \
		awk '$$1 != "D" { print $$NF }' | xargs -r clang-format -i

# For clangd and its kin.
ALL_SRC = $(LIB_SRC) $(CLI_SRC) $(WEBHOOK_SRC) $(wildcard tests/*.c tests/fuzz/*.c tests/faults/*.c bench/*.c \
	bench/webhook/*.c)
compile_commands.json: $(GENERATED)   ## how each file is compiled, for editors
	@printf '%s\n' $(ALL_SRC) | awk -v dir='$(CURDIR)' \
		-v cc='$(CC) $(OPTIONS) $(PKG_CFLAGS)' ' \
		{ printf "%s\n{\"directory\": \"%s\", ", sep ? "," : "[", dir } \
		{ printf "\"file\": \"%s\", \"command\": ", sep = $$0 } \
		{ printf "\"%s -c %s\"}", cc, $$0 } \
		END { print "\n]" }' >$@

dist:                            ## a release of the last commit, in dist/
	@scripts/deps build webhook release
	@scripts/dist

dist-check:                      ## that release is reproducible, and what is in it works
	@scripts/dist-check

SHARE = $(DESTDIR)$(PREFIX)/share
LIBDIR = $(PREFIX)/lib
MAN = $(SHARE)/man
# Where each shell, whose name they begin with, looks for them.
COMPLETIONS = bash-completion/completions/injector \
	zsh/site-functions/_injector fish/vendor_completions.d/injector.fish
TEMPLATES = $(filter-out templates/webhook/%,$(sort $(wildcard \
	templates/*.yaml templates/*/*.yaml templates/*/*/*.yaml)))
# In the folders they have here, so that the links between them hold.
DOCUMENTS = README.md CHANGELOG.md LICENSE SECURITY.md \
	$(wildcard docs/*.md docs/*.svg docs/man/*.md packaging/argocd/* \
	packaging/gitlab/* packaging/helm/*)
# The command as it runs here, for one that was built for another machine.
RUN_INJECTOR = $(BUILD)/injector
install: install-command install-library $(if $(WEBHOOK_HERE),install-webhook) ## all of it, into $(DESTDIR)$(PREFIX)

install-command: $(BUILD)/injector ## the command, its manual, templates, schemas, documents
	install -d $(DESTDIR)$(PREFIX)/bin
	install $< $(DESTDIR)$(PREFIX)/bin
	for file in $(wildcard man/*.1 man/*.5); do \
		install -d $(MAN)/man$${file##*.} && \
		install -m 644 $$file $(MAN)/man$${file##*.} || exit 1; \
	done
	for file in $(TEMPLATES); do \
		install -d $(SHARE)/injector/$$(dirname $$file) && \
		install -m 644 $$file $(SHARE)/injector/$$file || exit 1; \
	done
	install -m 644 $(wildcard docs/*.json) $(SHARE)/injector
	for file in $(DOCUMENTS); do \
		install -d $(SHARE)/doc/injector/$$(dirname $$file) && \
		install -m 644 $$file $(SHARE)/doc/injector/$$file || exit 1; \
	done
	ln -sfn ../../injector/templates $(SHARE)/doc/injector/templates
	for file in $(wildcard docs/*.json); do \
		ln -sf ../../../injector/$${file##*/} \
			$(SHARE)/doc/injector/docs || exit 1; \
	done
	for file in $(COMPLETIONS); do \
		install -d $(SHARE)/$$(dirname $$file) && \
		$(RUN_INJECTOR) completion $$(echo $$file | \
			sed 's|[-/].*||') >$(SHARE)/$$file || exit 1; \
	done

install-library: $(PUBLIC)       ## the library, shared and static, and its header
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/injector.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(PUBLIC) $(DESTDIR)$(LIBDIR)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libinjector.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@VERSION@|$(VERSION)|' injector.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/injector.pc

install-webhook: $(WEBHOOK)      ## injector-webhook
	install -d $(DESTDIR)$(PREFIX)/bin $(MAN)/man8
	install $< $(DESTDIR)$(PREFIX)/bin
	$(if $(wildcard man/*.8),install -m 644 $(wildcard man/*.8) $(MAN)/man8)

uninstall:                       ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/injector \
		$(DESTDIR)$(PREFIX)/bin/injector-webhook \
		$(DESTDIR)$(PREFIX)/include/injector.h \
		$(DESTDIR)$(LIBDIR)/libinjector.a \
		$(DESTDIR)$(LIBDIR)/libinjector.so \
		$(DESTDIR)$(LIBDIR)/$(SONAME) \
		$(DESTDIR)$(LIBDIR)/pkgconfig/injector.pc \
		$(COMPLETIONS:%=$(SHARE)/%) \
		$(foreach n,1 5 8,$(patsubst man/%,$(MAN)/man$(n)/%,\
			$(wildcard man/*.$(n))))
	rm -rf $(SHARE)/injector $(SHARE)/doc/injector

clean:                           ## all that was built
	rm -rf build $(BUILD)

help:                            ## this list
	@awk -F '## ' '/^[a-z_.-]+:.*## / { sub(/:.*/, "", $$1); \
		printf "%-21s %s\n", $$1, $$2 }' Makefile

.PHONY: all webhook demo demo-webhook deps check run-check asan tsan run-threads valgrind cover \
	fuzz fuzz-replay accept faults bench bench-record lint layers fmt-check fmt \
	compile_commands.json \
	dist dist-check install install-command install-library install-webhook \
	uninstall clean help
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
