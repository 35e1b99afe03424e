// The handler: a request in, a response out, as workloads/http/src/respond.rs has it.
//
//   GET /             the greeting, as JSON
//   POST /echo        the request's body, with its content type (and PUT)
//   GET /primes?n=N   the primes up to N, as JSON
//   GET /file/NAME    a file of the granted directory

#include "handler.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_PRIMES 1000000
#define MOST_DIGITS 7 // of a number up to MOST_PRIMES
#define FILE_LIMIT (64 << 20)

static bool same(struct bytes bytes, const char *text) {
    return bytes.length == strlen(text) && memcmp(bytes.at, text, bytes.length) == 0;
}

static bool starts(struct bytes bytes, const char *text) {
    size_t length = strlen(text);
    return bytes.length >= length && memcmp(bytes.at, text, length) == 0;
}

static struct bytes after(struct bytes bytes, size_t count) {
    return (struct bytes){bytes.at + count, bytes.length - count};
}

static struct response ok(struct bytes content_type, struct bytes body, char *owned) {
    return (struct response){200, content_type, NULL, body, owned};
}

struct response error_response(int status, struct bytes line) {
    return (struct response){status, BYTES("text/plain; charset=utf-8"), NULL, line, NULL};
}

const char *usual_files(void) {
    const char *files = getenv("HTTP_FILES");
    return files == NULL ? "/grant" : files;
}

static struct response echo(const struct request *request) {
    if (!same(request->method, "POST") && !same(request->method, "PUT")) {
        struct response response = error_response(405, BYTES("allowed here: POST, PUT\n"));
        response.allow = "POST, PUT";
        return response;
    }
    struct bytes content_type = request->content_type;
    if (content_type.at == NULL) {
        content_type = BYTES("application/octet-stream");
    }
    return ok(content_type, request->body, NULL);
}

// The N of the query's one `n=N`, or -1.
static long asked_for(struct bytes query) {
    long asked = -1;
    while (query.length > 0) {
        const char *end = memchr(query.at, '&', query.length);
        size_t length = end == NULL ? query.length : (size_t)(end - query.at);
        struct bytes pair = {query.at, length};
        query = after(query, length + (end != NULL));
        if (!starts(pair, "n=")) {
            continue;
        }
        if (asked >= 0 || pair.length == 2) {
            return -1;
        }
        asked = 0;
        for (size_t at = 2; at < pair.length; at++) {
            if (pair.at[at] < '0' || pair.at[at] > '9') {
                return -1;
            }
            asked = asked * 10 + (pair.at[at] - '0');
            if (asked > MOST_PRIMES) {
                return -1;
            }
        }
    }
    return asked;
}

static struct response primes(struct bytes query) {
    long most = asked_for(query);
    if (most < 0) {
        return error_response(400, BYTES("ask for ?n=N, N from 0 to 1000000\n"));
    }
    char *composite = calloc((size_t)most + 1, 1);
    long count = 0;
    for (long number = 2; composite != NULL && number <= most; number++) {
        if (composite[number]) {
            continue;
        }
        count++;
        for (long multiple = number * 2; multiple <= most; multiple += number) {
            composite[multiple] = 1;
        }
    }
    size_t room = 64 + (size_t)count * (MOST_DIGITS + 1);
    char *json = malloc(room);
    if (composite == NULL || json == NULL) {
        free(composite);
        free(json);
        return error_response(500, BYTES("there is no memory for so many\n"));
    }
    size_t length = (size_t)snprintf(json, room, "{\"n\":%ld,\"count\":%ld,\"primes\":[", most, count);
    const char *comma = "";
    for (long number = 2; number <= most; number++) {
        if (!composite[number]) {
            length += (size_t)snprintf(json + length, room - length, "%s%ld", comma, number);
            comma = ",";
        }
    }
    free(composite);
    length += (size_t)snprintf(json + length, room - length, "]}");
    return ok(BYTES("application/json"), (struct bytes){json, length}, json);
}

// Whether `name` can mean nothing but a file in the directory itself.
static bool is_plain(struct bytes name) {
    if (name.length == 0 || name.length > 255 || name.at[0] == '.') {
        return false;
    }
    for (size_t at = 0; at < name.length; at++) {
        char c = name.at[at];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return true;
}

static struct bytes type_of(const char *path) {
    const char *dot = strrchr(path, '.');
    const char *ending = dot == NULL ? "" : dot;
    if (strcmp(ending, ".txt") == 0) {
        return BYTES("text/plain; charset=utf-8");
    }
    if (strcmp(ending, ".html") == 0) {
        return BYTES("text/html; charset=utf-8");
    }
    if (strcmp(ending, ".json") == 0) {
        return BYTES("application/json");
    }
    return BYTES("application/octet-stream");
}

static struct response file(struct bytes name, const char *files) {
    if (!is_plain(name)) {
        return error_response(400, BYTES("a file name has letters, digits, '-', '_' and '.', and "
                                         "starts with no '.'\n"));
    }
    char path[4096];
    int written = snprintf(path, sizeof path, "%s/%.*s", files, (int)name.length, name.at);
    struct stat facts;
    // A link is not followed: it could lead out of the directory.
    if (written < 0 || (size_t)written >= sizeof path || lstat(path, &facts) != 0 ||
        !S_ISREG(facts.st_mode)) {
        return error_response(404, BYTES("there is no such file\n"));
    }
    size_t length = facts.st_size <= FILE_LIMIT ? (size_t)facts.st_size : 0;
    FILE *opened = facts.st_size <= FILE_LIMIT ? fopen(path, "rb") : NULL;
    // One byte at least, so that an empty file is no failure.
    char *content = opened == NULL ? NULL : malloc(length + 1);
    bool whole = content != NULL && fread(content, 1, length, opened) == length;
    if (opened != NULL) {
        fclose(opened);
    }
    if (!whole) {
        free(content);
        return error_response(500, BYTES("cannot read the file\n"));
    }
    return ok(type_of(path), (struct bytes){content, length}, content);
}

struct response respond(const struct request *request, const char *files) {
    struct bytes path = request->target;
    struct bytes query = {"", 0};
    const char *mark = path.length == 0 ? NULL : memchr(path.at, '?', path.length);
    if (mark != NULL) {
        size_t length = (size_t)(mark - path.at);
        query = after(path, length + 1);
        path.length = length;
    }
    if (same(path, "/echo")) {
        return echo(request);
    }
    bool greeting = same(path, "/");
    bool counting = same(path, "/primes");
    if (!greeting && !counting && !starts(path, "/file/")) {
        return error_response(404, BYTES("there is nothing here\n"));
    }
    if (!same(request->method, "GET") && !same(request->method, "HEAD")) {
        struct response response = error_response(405, BYTES("allowed here: GET, HEAD\n"));
        response.allow = "GET, HEAD";
        return response;
    }
    if (greeting) {
        return ok(BYTES("application/json"), BYTES("{\"message\": \"Hello from WASM!\"}"), NULL);
    }
    return counting ? primes(query) : file(after(path, strlen("/file/")), files);
}
