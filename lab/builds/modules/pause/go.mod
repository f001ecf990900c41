module kubehaus.dev/lab/builds/pause

go 1.24.0
