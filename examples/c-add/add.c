// The command `add` in C: prints the sum of its arguments. Exits 2 if there is none.

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Whether `text` is an int32_t in decimal digits, with or without a sign.
static bool parse(const char *text, int32_t *number) {
    // strtoll alone would let leading spaces through.
    const char *digits = text + (*text == '-' || *text == '+');
    if (*digits < '0' || *digits > '9') {
        return false;
    }
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < INT32_MIN || value > INT32_MAX) {
        return false;
    }
    *number = (int32_t)value;
    return true;
}

// With LABRUN_HOLD=1: stays until stdin ends, so that memory can be measured at rest.
static void hold_if_asked(void) {
    const char *hold = getenv("LABRUN_HOLD");
    if (hold == NULL || strcmp(hold, "1") != 0) {
        return;
    }
    char ignored[64];
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
    }
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "add: nothing to add; usage: add NUMBER...\n");
        return 2;
    }
    // Only the end has to fit: sums on the way may be larger.
    int64_t sum = 0;
    for (int at = 1; at < argc; at++) {
        int32_t number;
        if (!parse(argv[at], &number)) {
            fprintf(stderr, "add: \"%s\" is not a whole number from %" PRId32 " to %" PRId32 "\n",
                    argv[at], INT32_MIN, INT32_MAX);
            return 2;
        }
        sum += number;
    }
    if (sum < INT32_MIN || sum > INT32_MAX) {
        fprintf(stderr, "add: the sum %" PRId64 " does not fit between %" PRId32 " and %" PRId32 "\n",
                sum, INT32_MIN, INT32_MAX);
        return 2;
    }
    if (printf("%" PRId64 "\n", sum) < 0 || fflush(stdout) != 0) {
        fprintf(stderr, "add: cannot write the sum: %s\n", strerror(errno));
        return 1;
    }
    hold_if_asked();
    return 0;
}
