# SPDX-License-Identifier: Apache-2.0
"""What kubeadm leaves on a host, for the modules of this role."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import ssl
import tempfile
import time

KUBERNETES = "/etc/kubernetes"
PKI = f"{KUBERNETES}/pki"
AUTHORITY = f"{PKI}/ca.crt"
CRI_SOCKET = "unix:///run/containerd/containerd.sock"
# Written when kubeadm has finished; it names the CA. `kubeadm reset` empties its folder.
MARKER = "/var/lib/kubelet/kubehaus-joined"
# The cluster's configuration as this master was last given it.
APPLIED = "/var/lib/kubelet/kubehaus-kubeadm.yaml"
# What worked before a change that is under way, or was cut off.
SAVED = f"{KUBERNETES}/kubehaus-before-change"
LOGS = "/var/log/pods"
LOCK = "/run/kubehaus-kubeadm.lock"
# How long an interrupted run's kubeadm may go on, in seconds: its own timeouts add up to less.
LOCK_TIMEOUT = 900

# What all masters share. The last one is written last and removed first, so that a half copied set is never complete.
SHARED_KEYS = ("ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "sa.key", "sa.pub")
# What is made on each host from the shared keys.
OWN_CERTIFICATES = ("apiserver", "apiserver-kubelet-client", "front-proxy-client")
STATIC_PODS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
LEFTOVERS = (
    f"{KUBERNETES}/kubelet.conf",
    f"{KUBERNETES}/bootstrap-kubelet.conf",
    *(f"{KUBERNETES}/manifests/{name}.yaml" for name in STATIC_PODS),
)

TOKEN = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b")


def read(path):
    """The file's text; empty where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path, text, mode):
    """Puts the file in place whole, on the disk, or not at all."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    handle, stage = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(handle, mode)
        file.flush()
        os.fsync(handle)
    os.rename(stage, path)


def remove(*paths):
    for path in paths:
        if os.path.exists(path):
            os.remove(path)


def fingerprint(certificate):
    """SHA-256 of a PEM certificate; empty for none, and for a file that holds none."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest()
    except ValueError:
        return ""


def authority():
    """Fingerprint of the cluster's CA as this host knows it; empty where there is none."""
    return fingerprint(read(AUTHORITY))


def joined():
    """Whether kubeadm has finished on this host, for the CA that is here."""
    here = authority()
    return here != "" and read(MARKER).strip() == here and os.path.exists(f"{KUBERNETES}/kubelet.conf")


def shared_keys_complete():
    return all(os.path.exists(f"{PKI}/{name}") for name in SHARED_KEYS)


class KubeadmLock:
    """Held while kubeadm runs here. A run that was cut off leaves kubeadm working: the next one waits for it."""

    def __enter__(self):
        self.file = open(LOCK, "w", encoding="utf-8")  # noqa: SIM115: held as long as the lock
        deadline = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return self
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"kubeadm of an earlier run has been working for {LOCK_TIMEOUT} s") from None
                time.sleep(0.5)

    def __exit__(self, *_):
        self.file.close()


def failure(out, err):
    """The end of kubeadm's output, without tokens and without the coloured list of what the kernel can do."""
    lines = [line for text in (out, err) for line in text.splitlines() if not line.startswith("\x1b")]
    return TOKEN.sub("******", "\n".join(lines[-30:]).strip())


def forget_other_cluster(module):
    """Removes what a CA that is not this cluster's has left here; never on a master that has finished joining with it."""
    # With admin.conf, kubeadm reset would ask the other cluster, and wait for its answer.
    remove(f"{KUBERNETES}/admin.conf", f"{KUBERNETES}/super-admin.conf")
    # The folder of certificates has etcd's, too, which stay: kubeadm gets an empty one in its place.
    with tempfile.TemporaryDirectory() as nothing:
        code, out, err = module.run_command(
            ["kubeadm", "reset", "--force", f"--cri-socket={CRI_SOCKET}", f"--cert-dir={nothing}"]
        )
    if code != 0:
        module.fail_json(msg=f"kubeadm reset failed:\n{failure(out, err)}")
    remove(
        *(f"{PKI}/{name}" for name in SHARED_KEYS),
        *(f"{PKI}/{name}.{ending}" for name in OWN_CERTIFICATES for ending in ("crt", "key")),
    )
