package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

const (
	bodyLimit  = 8 << 20
	fileLimit  = 64 << 20
	mostPrimes = 1_000_000
)

// plainName is a file in the directory itself, and can be nothing else.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$`)

// handler answers as workloads/http/src/respond.rs does:
//
//	GET /             the greeting, as JSON
//	POST /echo        the request's body, with its content type (and PUT)
//	GET /primes?n=N   the primes up to N, as JSON
//	GET /file/NAME    a file of the directory files
func handler(files string) http.HandlerFunc {
	return func(out http.ResponseWriter, request *http.Request) {
		path, query, _ := strings.Cut(request.RequestURI, "?")
		name, isFile := strings.CutPrefix(path, "/file/")
		switch {
		case path == "/echo":
			echo(out, request)
		case path != "/" && path != "/primes" && !isFile:
			fail(out, http.StatusNotFound, "there is nothing here")
		case request.Method != http.MethodGet && request.Method != http.MethodHead:
			notAllowed(out, "GET, HEAD")
		case path == "/":
			answer(out, "application/json", []byte(`{"message": "Hello from WASM!"}`))
		case path == "/primes":
			primes(out, query)
		default:
			file(out, name, files)
		}
	}
}

func answer(out http.ResponseWriter, contentType string, body []byte) {
	out.Header().Set("content-type", contentType)
	out.Header().Set("content-length", strconv.Itoa(len(body)))
	// Whoever asked may be gone: then nobody is there to be told of an error.
	_, _ = out.Write(body)
}

func fail(out http.ResponseWriter, status int, reason string) {
	out.Header().Set("content-type", "text/plain; charset=utf-8")
	out.WriteHeader(status)
	_, _ = io.WriteString(out, reason+"\n")
}

func notAllowed(out http.ResponseWriter, allowed string) {
	out.Header().Set("allow", allowed)
	fail(out, http.StatusMethodNotAllowed, "allowed here: "+allowed)
}

func echo(out http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost && request.Method != http.MethodPut {
		notAllowed(out, "POST, PUT")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(out, request.Body, bodyLimit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		fail(out, http.StatusRequestEntityTooLarge, "the request body is too large")
	case err != nil:
		fail(out, http.StatusBadRequest, fmt.Sprintf("cannot read the body: %v", err))
	default:
		contentType := request.Header.Get("content-type")
		if contentType == "" {
			contentType = "application/octet-stream"
		}
		answer(out, contentType, body)
	}
}

// askedFor is the N of the query's one n=N.
func askedFor(query string) (int, bool) {
	var values []string
	for _, pair := range strings.Split(query, "&") {
		if value, found := strings.CutPrefix(pair, "n="); found {
			values = append(values, value)
		}
	}
	if len(values) != 1 || strings.Trim(values[0], "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(values[0])
	return n, err == nil && n <= mostPrimes
}

func primes(out http.ResponseWriter, query string) {
	most, good := askedFor(query)
	if !good {
		fail(out, http.StatusBadRequest, fmt.Sprintf("ask for ?n=N, N from 0 to %d", mostPrimes))
		return
	}
	composite := make([]bool, most+1)
	var found []string
	for number := 2; number <= most; number++ {
		if composite[number] {
			continue
		}
		found = append(found, strconv.Itoa(number))
		for multiple := number * number; multiple <= most; multiple += number {
			composite[multiple] = true
		}
	}
	json := fmt.Sprintf(`{"n":%d,"count":%d,"primes":[%s]}`, most, len(found), strings.Join(found, ","))
	answer(out, "application/json", []byte(json))
}

func file(out http.ResponseWriter, name, files string) {
	if !plainName.MatchString(name) {
		fail(out, http.StatusBadRequest,
			"a file name has letters, digits, '-', '_' and '.', and starts with no '.'")
		return
	}
	path := filepath.Join(files, name)
	// A link is not followed: it could lead out of the directory.
	facts, err := os.Lstat(path)
	if err != nil || !facts.Mode().IsRegular() {
		fail(out, http.StatusNotFound, "there is no such file")
		return
	}
	if facts.Size() > fileLimit {
		fail(out, http.StatusInternalServerError,
			fmt.Sprintf("cannot read the file: it is over %d bytes", fileLimit))
		return
	}
	content, err := os.ReadFile(path)
	if err != nil {
		fail(out, http.StatusInternalServerError, fmt.Sprintf("cannot read the file: %v", err))
		return
	}
	answer(out, contentTypeOf(name), content)
}

func contentTypeOf(name string) string {
	switch filepath.Ext(name) {
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".json":
		return "application/json"
	default:
		return "application/octet-stream"
	}
}
