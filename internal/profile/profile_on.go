//go:build profile

// Package profile writes CPU and heap profiles of a process that was built with the
// tag profile. Released programs have nothing of it.
package profile

import (
	"log"
	"os"
	"runtime/pprof"
)

// Start begins a CPU profile where MAR_PROFILE names a file; the returned function
// ends it and writes a heap profile beside it. The files are that name with
// .cpu.pprof and .heap.pprof.
func Start() (stop func()) {
	name := os.Getenv("MAR_PROFILE")
	if name == "" {
		return func() {}
	}
	cpu, err := os.Create(name + ".cpu.pprof")
	if err != nil {
		log.Print(err)
		return func() {}
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		log.Print(err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = cpu.Close()
		heap, err := os.Create(name + ".heap.pprof")
		if err != nil {
			log.Print(err)
			return
		}
		defer heap.Close()
		if err := pprof.Lookup("allocs").WriteTo(heap, 0); err != nil {
			log.Print(err)
		}
	}
}
