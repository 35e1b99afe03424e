// The wasip1 reactor: the handler over linear memory. The contract, and the layout of the frames,
// are those of workloads/http/src/reactor.rs and frame.rs:
//
//   request  = text(method) text(target) headers bytes(body)
//   response = u16(status) headers bytes(body)
//   headers  = u32(count) { text(name) text(value) }*
//   text, bytes = u32(length) byte*, all integers little-endian, as wasm has them

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "handler.h"

// Room for the request; the response's frame, until the next call.
static char *room;
static uint32_t room_length;
static char *frame;

__attribute__((export_name("handler_alloc"))) uint32_t handler_alloc(uint32_t length) {
    free(room);
    // One byte at least, so that the address is a real one.
    room_length = length > 0 ? length : 1;
    room = malloc(room_length);
    return (uint32_t)(uintptr_t)room;
}

// What is left to read.
struct input {
    const char *at;
    size_t left;
    bool broken;
};

static uint32_t number(struct input *input) {
    uint32_t value = 0;
    if (input->left < sizeof value) {
        input->broken = true;
        return 0;
    }
    memcpy(&value, input->at, sizeof value);
    input->at += sizeof value;
    input->left -= sizeof value;
    return value;
}

static struct bytes bytes(struct input *input) {
    uint32_t length = number(input);
    if (input->broken || input->left < length) {
        input->broken = true;
        return (struct bytes){"", 0};
    }
    struct bytes found = {input->at, length};
    input->at += length;
    input->left -= length;
    return found;
}

// Whether the frame could be read, and nothing follows it.
static bool decode(struct input input, struct request *request) {
    request->method = bytes(&input);
    request->target = bytes(&input);
    uint32_t count = number(&input);
    for (uint32_t at = 0; at < count && !input.broken; at++) {
        struct bytes name = bytes(&input);
        struct bytes value = bytes(&input);
        if (name.length == 12 && memcmp(name.at, "content-type", 12) == 0) {
            request->content_type = value;
        }
    }
    request->body = bytes(&input);
    return !input.broken && input.left == 0;
}

static char *put(char *out, const void *from, size_t length) {
    return (char *)memcpy(out, from, length) + length;
}

static char *put_number(char *out, size_t value) {
    uint32_t number = (uint32_t)value;
    return put(out, &number, sizeof number);
}

static char *put_bytes(char *out, struct bytes bytes) {
    return put(put_number(out, bytes.length), bytes.at, bytes.length);
}

// The length of the response's frame, which is then in `frame`; 0 where there is no memory.
static size_t encode(const struct response *response) {
    struct bytes allow = {response->allow, response->allow == NULL ? 0 : strlen(response->allow)};
    // The numbers and names around three texts are under 64 bytes.
    size_t most = 64 + response->content_type.length + allow.length + response->body.length;
    free(frame);
    frame = malloc(most);
    if (frame == NULL) {
        return 0;
    }
    uint16_t status = (uint16_t)response->status;
    char *out = put(frame, &status, sizeof status);
    out = put_number(out, allow.at == NULL ? 1 : 2);
    out = put_bytes(out, BYTES("content-type"));
    out = put_bytes(out, response->content_type);
    if (allow.at != NULL) {
        out = put_bytes(out, BYTES("allow"));
        out = put_bytes(out, allow);
    }
    return (size_t)(put_bytes(out, response->body) - frame);
}

__attribute__((export_name("handler_respond"))) uint64_t handler_respond(uint32_t at,
                                                                        uint32_t length) {
    struct request request = {0};
    struct input input = {room, length, room == NULL};
    struct response response;
    if (at != (uint32_t)(uintptr_t)room || length > room_length) {
        response = error_response(400, BYTES("the request is not where handler_alloc put it\n"));
    } else if (!decode(input, &request)) {
        response = error_response(400, BYTES("the frame cannot be read\n"));
    } else {
        response = respond(&request, usual_files());
    }
    size_t encoded = encode(&response);
    free(response.owned);
    return (uint64_t)(uintptr_t)frame << 32 | encoded;
}
