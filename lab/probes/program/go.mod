module kubehaus.dev/lab/probes/program

go 1.24.0
