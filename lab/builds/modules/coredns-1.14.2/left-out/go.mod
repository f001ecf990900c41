module github.com/DataDog/datadog-agent/pkg/trace

go 1.24.0
