#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: begins to pull the images that kubeadm will need."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_images
short_description: Begins to pull the images that kubeadm will need
description:
  - Starts a transient systemd unit for each image that is missing, all at once, and does not wait for them, so that images
    come while other roles work. kubeadm waits for what is still on its way, and pulls again what failed.
  - Does nothing on a host that has joined, where the kubelet sees to its images.
options:
  kubernetes_version:
    description: Version of the cluster.
    type: str
    required: true
  only:
    description: Names of images, without registry and tag; all but etcd's by default.
    type: list
    elements: str
attributes:
  check_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
pulling:
  description: Images that are being pulled from now on.
  type: list
  elements: str
  returned: always
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kubehaus_kubeadm import joined

# The mirrors of registries, if there are any; the kubelet's pulls use them as well.
HOSTS = "/etc/containerd/certs.d"


def name_of(image):
    return image.rsplit("/", 1)[-1].split(":", 1)[0]


def wanted(module):
    version = module.params["kubernetes_version"].removeprefix("v")
    _, out, _ = module.run_command(
        ["kubeadm", "config", "images", "list", f"--kubernetes-version=v{version}"], check_rc=True
    )
    only = module.params["only"]
    # etcd runs from its release file.
    return [image for image in out.split() if (name_of(image) in only if only else name_of(image) != "etcd")]


def main():
    module = AnsibleModule(
        argument_spec={
            "kubernetes_version": {"type": "str", "required": True},
            "only": {"type": "list", "elements": "str", "default": None},
        },
        supports_check_mode=True,
    )
    if joined():
        module.exit_json(changed=False, pulling=[])
    _, out, _ = module.run_command(["ctr", "--namespace=k8s.io", "images", "list", "--quiet"], check_rc=True)
    present = set(out.split())
    pulling = []
    for image in wanted(module):
        unit = f"kubernetes-image-{name_of(image)}"
        if image in present or module.run_command(["systemctl", "is-active", "--quiet", unit])[0] == 0:
            continue
        pulling.append(image)
        if not module.check_mode:
            mirrors = [f"--hosts-dir={HOSTS}"] if os.path.isdir(HOSTS) else []
            module.run_command(
                ["systemd-run", "--quiet", "--collect", "--no-block", f"--unit={unit}", f"--description=Pull {image}"]
                + ["/usr/local/bin/ctr", "--namespace=k8s.io", "images", "pull", *mirrors, image],
                check_rc=True,
            )
    module.exit_json(changed=bool(pulling), pulling=pulling)


if __name__ == "__main__":
    main()
