"""Inject one text through libinjector.so with ctypes; for tests/embed.sh."""
import ctypes
import sys

SIDECAR = b"spec: {containers: [{name: log, image: log}]}\n"
POD = b"""apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: web}]}
"""


class Text(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("text", ctypes.c_char_p),
                ("length", ctypes.c_size_t)]


class Options(ctypes.Structure):
    """The first fields of struct injector_options; the size says how many."""
    _fields_ = [("size", ctypes.c_size_t), ("task", ctypes.c_int),
                ("format", ctypes.c_int), ("no_undo", ctypes.c_bool),
                ("allow_env", ctypes.c_bool), ("render", ctypes.c_bool),
                ("explain", ctypes.c_bool), ("verify", ctypes.c_bool),
                ("templates", ctypes.POINTER(Text)),
                ("n_templates", ctypes.c_size_t)]


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("file", ctypes.c_char * 256),
                ("line", ctypes.c_uint), ("column", ctypes.c_uint),
                ("text", ctypes.c_char * 1000)]


def main():
    lib = ctypes.CDLL(sys.argv[1])
    lib.injector_version.restype = ctypes.c_char_p
    lib.injector_new.restype = ctypes.c_void_p
    lib.injector_free.argtypes = [ctypes.c_void_p]
    lib.injector_inject_text.argtypes = [
        ctypes.c_void_p, ctypes.POINTER(Text),
        ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t),
        ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(Error)]
    lib.injector_free_text.argtypes = [ctypes.c_void_p]

    error = Error()
    template = Text(b"log.yaml", SIDECAR, len(SIDECAR))
    options = Options(size=ctypes.sizeof(Options),
                      templates=ctypes.pointer(template), n_templates=1)
    handle = lib.injector_new(ctypes.byref(options), ctypes.byref(error))
    if not handle:
        sys.exit(error.text.decode())
    pod = Text(b"pod.yaml", POD, len(POD))
    output = ctypes.c_void_p()
    length = ctypes.c_size_t()
    if lib.injector_inject_text(handle, ctypes.byref(pod),
                                ctypes.byref(output), ctypes.byref(length),
                                None, None, ctypes.byref(error)):
        sys.exit(error.text.decode())
    text = ctypes.string_at(output, length.value).decode()
    lib.injector_free_text(output)

    broken = Text(b"broken.yaml", b"[", 1)
    if lib.injector_inject_text(handle, ctypes.byref(broken),
                                ctypes.byref(output), None, None, None,
                                ctypes.byref(error)) != -1:
        sys.exit("invalid YAML was accepted")
    if (error.code, error.file, error.line) != (1, b"broken.yaml", 1):
        sys.exit("unexpected error: %r" % error.text)
    lib.injector_free(handle)
    if not lib.injector_version():
        sys.exit("no version")
    sys.stdout.write(text)


main()
