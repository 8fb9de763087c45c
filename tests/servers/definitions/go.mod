// What defines the kinds that our manifests use: nothing here is built, the files are read from the module cache.
// No tool or package is imported, so `go mod tidy` would empty it; after a change of a version run
//     go mod download -json MODULE ...
module provisioner.test/servers/definitions

go 1.26

require (
	github.com/argoproj/argo-cd/v3 v3.4.4
	github.com/aws/karpenter-provider-aws v1.14.1
	github.com/cert-manager/cert-manager v1.21.1
	github.com/envoyproxy/gateway v1.8.1
	github.com/fluxcd/helm-controller v1.6.4
	github.com/fluxcd/source-controller v1.9.5
	github.com/kserve/kserve v0.20.0
	sigs.k8s.io/gateway-api v1.5.1
	sigs.k8s.io/gateway-api-inference-extension v1.5.0
	sigs.k8s.io/kueue v0.19.2
	sigs.k8s.io/lws v0.9.0
)
