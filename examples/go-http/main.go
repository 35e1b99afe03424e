// The native server in Go: --listen IP:PORT [--files DIR].
//
// Prints `ready IP:PORT`, with the address that it really got, and serves until SIGTERM or SIGINT;
// then exits 0. A wrong argument exits 2.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listen := flag.String("listen", "", "`IP:PORT` to listen on; port 0 takes any that is free")
	files := flag.String("files", usualFiles(), "`directory` behind /file/NAME")
	flag.Parse() // exits 2 where an option is none
	if *listen == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	// Before `ready`: from then on a signal has to end the server in order.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
	fmt.Println("ready", listener.Addr())
	go func() {
		err := http.Serve(listener, handler(*files))
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}()
	<-ended
}

// usualFiles is the directory behind /file/NAME where no argument names one.
func usualFiles() string {
	if files, set := os.LookupEnv("HTTP_FILES"); set {
		return files
	}
	return "/grant"
}
