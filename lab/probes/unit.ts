import { apiLog, namespace, onHost, program, tokenFile } from './places.ts';

/** The unit that runs the program's mode `api` on a node, from now on and after each boot. */
export function unitFor(node: string): string {
  const command = [
    `${onHost}/${program}`,
    'api',
    `--node=${node}`,
    '--server=https://127.0.0.1:16443',
    '--ca=/etc/kubernetes/pki/ca.crt',
    `--token-file=${onHost}/${tokenFile}`,
    `--namespace=${namespace}`,
    `--log=${onHost}/${apiLog}`,
  ];
  return `[Unit]
Description=Probes the cluster's API through this node's load balancer, as kubehaus-lab probe start wants it
StartLimitIntervalSec=0

[Service]
# One thread: requests are few, and others need the processors.
Environment=GOMAXPROCS=1
ExecStart=${command.join(' ')}
Restart=always
RestartSec=1
TimeoutStopSec=5

[Install]
WantedBy=multi-user.target
`;
}
