// What the handler takes and gives: a request and a response, whole in memory.

#pragma once

#include <stddef.h>

// Some bytes that somebody else holds.
struct bytes {
    const char *at;
    size_t length;
};

#define BYTES(literal) ((struct bytes){(literal), sizeof(literal) - 1})

struct request {
    struct bytes method;
    struct bytes target;       // path and query, as sent
    struct bytes content_type; // `at` is NULL where there is none
    struct bytes body;
};

struct response {
    int status;
    struct bytes content_type;
    const char *allow; // the methods that are allowed, with a 405; otherwise NULL
    struct bytes body;
    char *owned; // what the body lies in, to be freed when it is sent; NULL where nothing is
};

// Answers `request`; `files` is the directory behind /file/NAME.
struct response respond(const struct request *request, const char *files);

// An error: one line of plain text. `line` ends with a newline.
struct response error_response(int status, struct bytes line);

// The directory behind /file/NAME where no argument names one.
const char *usual_files(void);
