module kubehaus.dev/lab/builds/probe

go 1.24.0
