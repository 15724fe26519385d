package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strconv"
)

// Where the proxy is: the port of the pool for all, that of the one with a password; the protocol, 0 if it is the default.
type proxy struct {
	open, locked string
	password     string
	protocol     int
}

func ofArguments() proxy {
	protocol := 0
	if os.Args[4] != "default" {
		protocol = must(strconv.Atoi(os.Args[4]))
	}
	return proxy{"127.0.0.1:" + os.Args[1], "127.0.0.1:" + os.Args[2], os.Args[3], protocol}
}

// What a check failed with.
type failure string

func fail(format string, words ...any) {
	panic(failure(fmt.Sprintf(format, words...)))
}

func must[T any](value T, err error) T {
	if err != nil {
		fail("%T: %v", value, err)
	}
	return value
}

func done(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func equal[T any](got, wanted T) {
	if !reflect.DeepEqual(got, wanted) {
		fail("%v and not %v", got, wanted)
	}
}

func say(line map[string]any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func check(name string, does func()) {
	say(map[string]any{"check": name, "error": outcome(does)})
}

// What a check failed with, or nil.
func outcome(does func()) (text any) {
	defer func() {
		if problem := recover(); problem != nil {
			text = fmt.Sprint(problem)
		}
	}()
	does()
	return nil
}
