// Command registry is the image registry of the lab's mirror: CNCF Distribution with the one storage driver that a
// mirror on a disk needs. Upstream's own command also holds the drivers for S3, Azure and Google Cloud, whose SDKs
// would take several times as long to build as all of the rest.
package main

import (
	"os"

	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
)

func main() {
	if err := registry.RootCmd.Execute(); err != nil {
		os.Exit(1)
	}
}
