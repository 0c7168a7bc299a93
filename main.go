// Command terraform-provider-mar is the Terraform provider for MAR.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/profile"
	"github.com/headgym/terraform-provider-mar/internal/provider"
	"github.com/headgym/terraform-provider-mar/internal/serve"
)

// version is set by the linker on release builds.
var version = "dev"

func main() {
	debugging := flag.Bool("debug", false, "wait for a debugger: print how Terraform reattaches to this process, and serve")
	showVersion := flag.Bool("version", false, "print the version, and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println(versionLine())
		return
	}

	quietLogs()
	tuneCollector()
	server, err := provider.NewPluginServer(version)
	if err != nil {
		log.Fatal(err)
	}
	stop := profile.Start()
	err = run(server, *debugging)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(server tfprotov6.ProviderServer, debugging bool) error {
	const address = "registry.terraform.io/headgym/mar"
	if debugging {
		return serve.Debug(address, server)
	}
	serve.Plugin(address, server)
	return nil
}

// tuneCollector has the garbage collector run less often. The provider lives for one
// command and, as its server lets go of each call, keeps little, so that this costs
// little memory; the limit is for the moments in which a page of a large list is read.
func tuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(96 << 20)
	}
}

// quietLogs turns the plugin libraries' logs off where nobody asked for any:
// their default is to encode every trace line and send it to a core that throws
// it away, which costs nearly half of a plan's time.
func quietLogs() {
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_MAR", "TF_LOG_SDK"} {
		if os.Getenv(name) != "" {
			return
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO", "TF_LOG_PROVIDER_MAR"} {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, "off")
		}
	}
}
