#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: installs release files that are pinned by their SHA-256."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_files
short_description: Installs release files that are pinned by their SHA-256
description:
  - Downloads each file, compares its SHA-256 before anything of it is installed, unpacks archives, and links programs.
  - A file lives in C(<root>/<name>-<version>) beside the sum that it was installed from; another sum replaces it whole.
  - All files of a host are handled in one call, the downloads in parallel.
options:
  root:
    description: Folder of the installed files.
    type: path
    required: true
  base_url:
    description: What stands in front of every path.
    type: str
    required: true
  arch:
    description: Architecture of the host.
    type: str
    required: true
  files:
    description: Release files with name, version, path and sha256 by architecture.
    type: list
    elements: dict
    required: true
  links:
    description: By component, link to path inside of the file; C(.) links the whole.
    type: dict
    required: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
installed:
  description: Names of the components that were installed anew.
  type: list
  elements: str
  returned: always
"""

import hashlib
import os
import shutil
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.error import HTTPError

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url

ATTEMPTS = 4
CHUNK = 1 << 20


class Refused(Exception):
    """A file that must not be installed, with the reason."""


class ReleaseFile:
    def __init__(self, params, root, base_url, arch, links):
        values = {"version": params["version"], "arch": arch}
        self.name = params["name"]
        self.sha256 = params["sha256"][arch]
        self.url = base_url + params["path"].format(**values)
        self.folder = os.path.join(root, f"{self.name}-{params['version']}")
        self.links = {
            link: os.path.normpath(os.path.join(self.folder, "files", inner.format(**values)))
            for link, inner in links.items()
        }
        self.inner = [inner.format(**values) for inner in links.values()]

    @property
    def sum_file(self):
        return os.path.join(self.folder, "sha256")

    def is_installed(self):
        try:
            with open(self.sum_file, encoding="ascii") as file:
                return file.read().strip() == self.sha256
        except FileNotFoundError:
            return False

    def wrong_links(self):
        return {
            link: target
            for link, target in self.links.items()
            if not (os.path.islink(link) and os.readlink(link) == target)
        }

    def install(self, root):
        """Makes the folder appear whole, or not at all."""
        new = tempfile.mkdtemp(prefix=f".{self.name}-", dir=root)
        try:
            content = os.path.join(new, "files")
            os.mkdir(content)
            download = os.path.join(new, os.path.basename(self.url))
            self._download(download)
            if download.endswith((".tar.gz", ".tgz")):
                with tarfile.open(download) as archive:
                    archive.extractall(content)  # its sum is pinned, so that its paths are trusted
                os.unlink(download)
            else:
                os.chmod(download, 0o755)
                os.rename(download, os.path.join(content, os.path.basename(download)))
            # Whoever runs a program sees by its time that it is new; archives keep the time of the build.
            for inner in self.inner:
                os.utime(os.path.normpath(os.path.join(content, inner)))
            with open(os.path.join(new, "sha256"), "w", encoding="ascii") as file:
                file.write(self.sha256 + "\n")
            os.chmod(new, 0o755)
            if os.path.isdir(self.folder):
                old = tempfile.mkdtemp(prefix=f".{self.name}-old-", dir=root)
                os.rename(self.folder, os.path.join(old, "folder"))
                os.rename(new, self.folder)
                shutil.rmtree(old)
            else:
                os.rename(new, self.folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _download(self, path):
        for attempt in range(1, ATTEMPTS + 1):
            digest = hashlib.sha256()
            try:
                with open_url(self.url, timeout=60) as response, open(path, "wb") as file:
                    length = response.headers.get("Content-Length")
                    while chunk := response.read(CHUNK):
                        digest.update(chunk)
                        file.write(chunk)
                    if length is not None and file.tell() != int(length):
                        raise HTTPException(f"the connection ended after {file.tell()} of {length} bytes")
            except (OSError, HTTPException) as error:  # URLError and HTTPError are OSErrors
                final = isinstance(error, HTTPError) and 400 <= error.code < 500
                if final or attempt == ATTEMPTS:
                    raise Refused(f"{self.url} can't be downloaded: {error}") from error
                time.sleep(attempt)
                continue
            if digest.hexdigest() != self.sha256:
                raise Refused(
                    f"{self.url} has the SHA-256 {digest.hexdigest()}, not {self.sha256} as pinned: nothing of it was"
                    " installed. If the file was changed on purpose, pin its new sum in cluster.yaml (mirror.sha256)."
                )
            return


def link_atomically(link, target):
    os.makedirs(os.path.dirname(link), exist_ok=True)
    if os.path.isdir(link) and not os.path.islink(link):
        raise Refused(f"{link} is a folder where a link to {target} belongs: move it away")
    temporary = f"{link}.kubehaus-new"
    if os.path.lexists(temporary):
        os.unlink(temporary)
    os.symlink(target, temporary)
    os.replace(temporary, link)


def main():
    module = AnsibleModule(
        argument_spec={
            "root": {"type": "path", "required": True},
            "base_url": {"type": "str", "required": True},
            "arch": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "dict", "required": True},
            "links": {"type": "dict", "required": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    root = params["root"]
    files = [
        ReleaseFile(file, root, params["base_url"], params["arch"], params["links"][file["name"]])
        for file in params["files"]
    ]
    missing = [file for file in files if not file.is_installed()]
    wrong_links = {link: target for file in files for link, target in file.wrong_links().items()}
    before = {link: os.readlink(link) if os.path.islink(link) else None for link in wrong_links}

    refused = []
    if not module.check_mode:
        os.makedirs(root, mode=0o755, exist_ok=True)
        # What an interrupted run left.
        for entry in os.listdir(root):
            if entry.startswith("."):
                shutil.rmtree(os.path.join(root, entry))

        def attempt(file):
            try:
                file.install(root)
            except Refused as error:
                refused.append(str(error))

        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(attempt, missing))
        if refused:
            module.fail_json(msg="\n".join(refused), changed=len(refused) < len(missing))
        try:
            for link, target in wrong_links.items():
                link_atomically(link, target)
        except Refused as error:
            module.fail_json(msg=str(error))

    module.exit_json(
        changed=bool(missing or wrong_links),
        installed=[file.name for file in missing],
        diff={
            "before": {"links": before, "missing": [file.folder for file in missing]},
            "after": {"links": wrong_links, "missing": []},
        },
    )


if __name__ == "__main__":
    main()
