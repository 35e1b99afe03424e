// The native server: `--listen IP:PORT [--files DIR]`, libevent's evhttp around the handler.
//
// Prints `ready IP:PORT`, with the address that it really got, and serves on one thread until
// SIGTERM or SIGINT; then exits 0. A wrong argument exits 2.

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handler.h"

#define BODY_LIMIT (8 << 20)

static const struct {
    enum evhttp_cmd_type type;
    struct bytes name;
} METHODS[] = {
    {EVHTTP_REQ_GET, {"GET", 3}},         {EVHTTP_REQ_HEAD, {"HEAD", 4}},
    {EVHTTP_REQ_POST, {"POST", 4}},       {EVHTTP_REQ_PUT, {"PUT", 3}},
    {EVHTTP_REQ_DELETE, {"DELETE", 6}},   {EVHTTP_REQ_OPTIONS, {"OPTIONS", 7}},
    {EVHTTP_REQ_TRACE, {"TRACE", 5}},     {EVHTTP_REQ_PATCH, {"PATCH", 5}},
    {EVHTTP_REQ_CONNECT, {"CONNECT", 7}},
};
#define METHOD_COUNT (sizeof METHODS / sizeof METHODS[0])

static struct bytes text(const char *text) {
    return (struct bytes){text, text == NULL ? 0 : strlen(text)};
}

static void answer(struct evhttp_request *asked, void *files) {
    struct request request = {.target = text(evhttp_request_get_uri(asked))};
    for (size_t at = 0; at < METHOD_COUNT; at++) {
        if (METHODS[at].type == evhttp_request_get_command(asked)) {
            request.method = METHODS[at].name;
        }
    }
    struct evkeyvalq *headers = evhttp_request_get_input_headers(asked);
    request.content_type = text(evhttp_find_header(headers, "content-type"));
    struct evbuffer *input = evhttp_request_get_input_buffer(asked);
    request.body.length = evbuffer_get_length(input);
    request.body.at = (const char *)evbuffer_pullup(input, -1);

    struct response response = respond(&request, files);
    struct evkeyvalq *answered = evhttp_request_get_output_headers(asked);
    char *content_type = strndup(response.content_type.at, response.content_type.length);
    struct evbuffer *body = evbuffer_new();
    if (content_type == NULL || body == NULL ||
        evbuffer_add(body, response.body.at, response.body.length) != 0 ||
        evhttp_add_header(answered, "content-type", content_type) != 0) {
        evhttp_send_error(asked, 500, NULL);
    } else {
        if (response.allow != NULL) {
            evhttp_add_header(answered, "allow", response.allow);
        }
        evhttp_send_reply(asked, response.status, NULL, body);
    }
    if (body != NULL) {
        evbuffer_free(body);
    }
    free(content_type);
    free(response.owned);
}

static void stop(evutil_socket_t signal, short events, void *base) {
    (void)signal, (void)events;
    event_base_loopbreak(base);
}

static int usage(const char *reason) {
    fprintf(stderr, "http: %s\nusage: http --listen IP:PORT [--files DIR]\n", reason);
    return 2;
}

// Says where it listens, once it does. 0 where that could be said.
static int announce(struct evconnlistener *listener) {
    struct sockaddr_in bound;
    socklen_t length = sizeof bound;
    char ip[INET_ADDRSTRLEN];
    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&bound, &length) != 0 ||
        inet_ntop(AF_INET, &bound.sin_addr, ip, sizeof ip) == NULL) {
        return -1;
    }
    printf("ready %s:%d\n", ip, ntohs(bound.sin_port));
    return fflush(stdout);
}

// Whether `text` is an IPv4 address and a port; 0 is any that is free.
static int parse(const char *text, struct sockaddr_in *address) {
    char ip[INET_ADDRSTRLEN];
    const char *colon = strchr(text, ':');
    size_t length = colon == NULL ? sizeof ip : (size_t)(colon - text);
    if (length >= sizeof ip) {
        return -1;
    }
    memcpy(ip, text, length);
    ip[length] = '\0';
    char *end;
    long port = strtol(colon + 1, &end, 10);
    if (end == colon + 1 || *end != '\0' || port < 0 || port > 65535) {
        return -1;
    }
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, ip, &address->sin_addr) == 1 ? 0 : -1;
}

int main(int argc, char **argv) {
    const char *listen = NULL;
    const char *files = usual_files();
    for (int at = 1; at < argc; at += 2) {
        if (at + 1 == argc) {
            return usage("the last option needs a value");
        }
        if (strcmp(argv[at], "--listen") == 0) {
            listen = argv[at + 1];
        } else if (strcmp(argv[at], "--files") == 0) {
            files = argv[at + 1];
        } else {
            return usage("the options are --listen and --files");
        }
    }
    struct sockaddr_in address;
    if (listen == NULL || parse(listen, &address) != 0) {
        return usage("--listen needs an IP:PORT, the IP of version 4");
    }

    struct event_base *base = event_base_new();
    struct evhttp *http = base == NULL ? NULL : evhttp_new(base);
    if (http == NULL) {
        fprintf(stderr, "http: there is no memory for a server\n");
        return 1;
    }
    struct event *terminate = evsignal_new(base, SIGTERM, stop, base);
    struct event *interrupt = evsignal_new(base, SIGINT, stop, base);
    if (terminate == NULL || interrupt == NULL || event_add(terminate, NULL) != 0 ||
        event_add(interrupt, NULL) != 0) {
        fprintf(stderr, "http: cannot wait for signals\n");
        return 1;
    }
    int allowed = 0;
    for (size_t at = 0; at < METHOD_COUNT; at++) {
        allowed |= METHODS[at].type;
    }
    evhttp_set_allowed_methods(http, (ev_uint16_t)allowed);
    evhttp_set_max_body_size(http, BODY_LIMIT);
    evhttp_set_gencb(http, answer, (void *)files);
    struct evconnlistener *listener =
        evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1,
                                (struct sockaddr *)&address, sizeof address);
    if (listener == NULL || evhttp_bind_listener(http, listener) == NULL) {
        fprintf(stderr, "http: cannot listen on %s\n", listen);
        return 1;
    }
    if (announce(listener) != 0) {
        fprintf(stderr, "http: cannot say that it is ready\n");
        return 1;
    }
    event_base_dispatch(base);
    event_free(terminate);
    event_free(interrupt);
    evhttp_free(http);
    event_base_free(base);
    return 0;
}
