package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// stripped are the prefixes of variables that a sandboxed command must not
// inherit: credentials and endpoints of real clouds, the user's own Pulumi and
// Helm set-up, mirrors, telemetry targets, proxies (a proxy is a way off the
// machine) and what injects code into Node.js.
var stripped = []string{
	"AWS_", "PULUMI_", "HELM_", "OTEL_", "KUBE", "RETAIL_SANDBOX_WORLD", "RETAIL_MIRROR_",
	"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "GRPC_PROXY", "NODE_OPTIONS",
}

// Env is the environment of every command that runs in the sandbox, for the
// checkout at root and a world's folder ("": the default world): the process's
// own without what must not be inherited, and the sandbox's Variables.
func Env(root, world string) []string {
	return environment(os.Environ(), root, world)
}

func environment(inherited []string, root, world string) []string {
	path := ""
	kept := slices.DeleteFunc(slices.Clone(inherited), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		if name == "PATH" {
			path = value
			return true
		}
		return slices.ContainsFunc(stripped, func(prefix string) bool {
			return strings.HasPrefix(strings.ToUpper(name), prefix)
		})
	})
	programs := filepath.Join(root, bin)
	dirs := slices.DeleteFunc(filepath.SplitList(path), func(dir string) bool { return dir == programs })
	kept = append(kept, "PATH="+strings.Join(append([]string{programs}, dirs...), string(os.PathListSeparator)))
	return append(kept, Variables(root, world)...)
}

// World is the folder of the named world in the checkout at root.
func World(root, name string) string { return filepath.Join(root, Folder, "worlds", name) }

// Variables are what the sandbox itself sets, PATH apart; a shell that exports
// them and has the tool folder's bin first on PATH works in the sandbox too.
func Variables(root, world string) []string {
	standard := World(root, "default")
	if world == "" {
		world = standard
	}
	folder := filepath.Join(root, Folder)
	// Every other world has stacks of its own, which go when it goes.
	backend := filepath.Join(world, "backend")
	if world == standard {
		backend = filepath.Join(folder, "backend")
	}
	helm := filepath.Join(folder, "helm")
	return []string{
		"RETAIL_SANDBOX_WORLD=" + world,
		"PULUMI_HOME=" + filepath.Join(root, home),
		"PULUMI_BACKEND_URL=file://" + filepath.ToSlash(backend),
		// The sandbox holds no real secret; a fixed passphrase keeps its stacks usable.
		"PULUMI_CONFIG_PASSPHRASE=sandbox",
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PULUMI_IGNORE_AMBIENT_PLUGINS=true",
		// Neither the user's profiles nor the instance metadata service may
		// stand in for the credentials that are not there.
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
		"KUBECONFIG=" + os.DevNull,
		"KUBECACHEDIR=" + filepath.Join(folder, "kube-cache"),
		"HELM_CACHE_HOME=" + filepath.Join(helm, "cache"),
		"HELM_CONFIG_HOME=" + filepath.Join(helm, "config"),
		"HELM_DATA_HOME=" + filepath.Join(helm, "data"),
		"OTEL_SDK_DISABLED=true",
	}
}

// ProxyBundle is the file of certificates in a world's folder to which SSL_CERT_FILE leads
// in a shell that is pointed at a sandbox.
const ProxyBundle = "proxy-bundle.pem"

// outward takes away from this process what leads HTTP to a world's customers' proxy, in a
// shell that is pointed at a sandbox: nothing is downloaded through that.
func outward() error {
	if filepath.Base(os.Getenv("SSL_CERT_FILE")) != ProxyBundle {
		return nil
	}
	var errs []error
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "CURL_CA_BUNDLE"} {
		errs = append(errs, os.Unsetenv(name))
	}
	return errors.Join(errs...)
}
