// The command add in Go: prints the sum of its arguments. Exits 2 if there is none.
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
)

func main() {
	sum, err := sumOf(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "add:", err)
		os.Exit(2)
	}
	if _, err := fmt.Println(sum); err != nil {
		fmt.Fprintln(os.Stderr, "add: cannot write the sum:", err)
		os.Exit(1)
	}
	holdIfAsked()
}

// sumOf adds numbers of 32 bits. Only the end has to be one too: sums on the way may be larger.
func sumOf(arguments []string) (int64, error) {
	if len(arguments) == 0 {
		return 0, errors.New("nothing to add; usage: add NUMBER...")
	}
	var sum int64
	for _, argument := range arguments {
		number, err := strconv.ParseInt(argument, 10, 32)
		if err != nil {
			return 0, fmt.Errorf("%q is not a whole number from %d to %d",
				argument, math.MinInt32, math.MaxInt32)
		}
		sum += number
	}
	if sum < math.MinInt32 || sum > math.MaxInt32 {
		return 0, fmt.Errorf("the sum %d does not fit between %d and %d",
			sum, math.MinInt32, math.MaxInt32)
	}
	return sum, nil
}

// holdIfAsked stays until stdin ends with LABRUN_HOLD=1, so that memory can be measured at rest.
func holdIfAsked() {
	if os.Getenv("LABRUN_HOLD") == "1" {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
}
