# SPDX-License-Identifier: GPL-2.0-only
"""One virtual switch: its QEMU process, its files and its devices.

All state is in one directory: pid, console.log, qemu.log, qmp.sock, uartN.sock,
token, payload.tar. Two machines need two directories and two ranges of ports.
"""
import os
import secrets
import signal
import subprocess
import tempfile
import time

from guest import Guest
from qmp import Qmp, QmpError

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

SERIAL_LINES = (1, 2, 3, 8, 9)	# on the PCI bus; 8 and 9 are left unbound
USB_LINES = (4, 5, 6, 7)	# adapters; only the first is plugged at start
SOCKET_PATH_MAX = 107


class MachineError(Exception):
    """What went wrong, in words for the user."""


def serial_slot(line):
    """PCI slot of a line's UART; its ID_PATH is pci-0000:00:<slot>.0."""
    return f"{0x10 + line:02x}"


def usb_serial_number(line):
    return f"VTYMUX{line:04d}"


class Machine:
    def __init__(self):
        self.dir = os.path.abspath(os.environ.get("VTYMUX_VM_DIR") or
                                   os.path.join(TOP, "build", "vm"))
        base = os.environ.get("VTYMUX_VM_PORT")
        if base and base != "2222":
            self.ssh_port = int(base)
            self.telnet_port = self.ssh_port + 1
            self.exec_port = self.ssh_port + 2
        else:
            self.ssh_port, self.telnet_port, self.exec_port = 2222, 2023, 2221

    def path(self, name):
        return os.path.join(self.dir, name)

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    # The process

    def pid(self):
        """Of the running QEMU, or None."""
        words = self.read("pid").split()
        if len(words) == 2 and start_time(int(words[0])) == words[1]:
            return int(words[0])
        return None

    def state(self):
        """"up", "down", or "crashed": started and ended without being told."""
        if self.pid():
            return "up"
        return "crashed" if self.read("pid") else "down"

    def require_up(self):
        state = self.state()
        if state == "crashed":
            raise MachineError("the virtual machine crashed; the end of its "
                               f"console:\n{self.console_tail()}")
        if state != "up":
            raise MachineError("the virtual machine is not up (tests/vm/vm up)")

    def console_tail(self, lines=40):
        text = self.read("qemu.log") + "\n"
        try:
            with open(self.path("console.log"), "rb") as f:
                text += f.read().decode(errors="replace")
        except FileNotFoundError:
            pass
        return "\n".join(text.splitlines()[-lines:])

    def prepare(self):
        """Makes the directory and a token for a machine about to start."""
        if self.pid():
            raise MachineError(f"already up, pid {self.pid()} "
                               "(tests/vm/vm down ends it)")
        os.makedirs(self.dir, exist_ok=True)
        if len(self.uart(USB_LINES[-1])) > SOCKET_PATH_MAX:
            raise MachineError(f"{self.dir}: too long a path for sockets; set "
                               "VTYMUX_VM_DIR")
        self.clean()
        fd = os.open(self.path("token"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                     0o600)
        with os.fdopen(fd, "w") as f:
            f.write(secrets.token_hex(16))

    def start(self, root, image, payload, kernel):
        """Starts QEMU with the files of image; returns at once."""
        args = self.arguments(root, image, payload, kernel)
        with open(self.path("qemu.log"), "wb") as log, \
                tempfile.TemporaryDirectory(dir=self.dir) as scratch:
            # The overlay of the root disk: unlinked, gone with QEMU.
            process = subprocess.Popen(
                args, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=dict(os.environ, TMPDIR=scratch))
            self.write("pid", f"{process.pid} {start_time(process.pid)}\n")
            self._wait_started(process)

    def _wait_started(self, process):
        """Until QEMU serves QMP, or its end."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise MachineError(f"QEMU ended: {self.read('qemu.log')}")
            if os.path.exists(self.path("qmp.sock")):
                try:
                    with Qmp(self.path("qmp.sock")):
                        return
                except QmpError:
                    pass
            time.sleep(0.05)
        raise MachineError("QEMU does not start")

    def arguments(self, root, image, payload, kernel):
        forwards = "".join(
            f",hostfwd=tcp:127.0.0.1:{host}-:{guest}" for host, guest in
            ((self.ssh_port, 2200), (self.telnet_port, 2023),
             (self.exec_port, 2221)))
        args = [
            "qemu-system-x86_64", "-name", "vtymux", "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot",
            # KVM is not to be had everywhere; two processors make races.
            "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max",
            "-smp", "2,sockets=2", "-m", str(kernel.memory),
            "-kernel", os.path.join(image, "vmlinux"),
            "-initrd", os.path.join(image, "initrd"),
            "-append", "console=ttyS0 quiet loglevel=4 root=/dev/vda "
            "net.ifnames=0 nokaslr 8250.nr_uarts=16 log_buf_len=4M "
            # With two processors the driver finds a bug now and then that
            # this UART has not, and then sends without receiving first: what
            # loops back overruns.
            "8250.skip_txen_test=1 "
            "mitigations=off tsc=reliable apparmor=0 selinux=0 "
            "audit=0 panic=-1 oops=panic systemd.show_status=0 "
            f"systemd.log_level=notice {kernel.options} " +
            os.environ.get("VTYMUX_VM_APPEND", ""),
            "-serial", f"file:{self.path('console.log')}",
            "-qmp", f"unix:{self.path('qmp.sock')},server=on,wait=off",
            "-drive", f"if=none,id=root,file={root}/root.img,format=raw,"
            "snapshot=on,cache=unsafe",
            "-device", "virtio-blk-pci,drive=root,addr=3",
            "-drive", f"if=none,id=payload,file={payload},format=raw,"
            "readonly=on",
            "-device", "virtio-blk-pci,drive=payload,addr=4",
            "-netdev", f"user,id=net{forwards}",
            "-device", "virtio-net-pci,netdev=net,romfile=,addr=5",
            "-device", "virtio-rng-pci,addr=6",
            "-device", "qemu-xhci,id=xhci,addr=10",
        ]
        for line in SERIAL_LINES + USB_LINES:
            args += ["-chardev", f"socket,id=uart{line},"
                     f"path={self.uart(line)},server=on,wait=off"]
        for line in SERIAL_LINES:
            args += ["-device", f"pci-serial,chardev=uart{line},"
                     f"addr={serial_slot(line)}"]
        args += ["-device", ",".join(f"{k}={v}" for k, v in
                                     self.usb_device(USB_LINES[0]).items())]
        return args

    def stop(self):
        """Ends QEMU, whatever its state, and removes what it left."""
        pid = self.pid()
        if pid:
            started = self.read("pid").split()[1]
            for sig, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 30)):
                try:
                    os.kill(pid, sig)
                except ProcessLookupError:
                    break
                if wait_gone(pid, started, patience):
                    break
            else:
                raise MachineError(f"QEMU, pid {pid}, does not end")
        self.clean()

    def clean(self):
        """Removes sockets and the pid; the logs stay until the next start."""
        names = ["pid", "qmp.sock", "token"]
        names += [f"uart{n}.sock" for n in SERIAL_LINES + USB_LINES]
        for name in names:
            try:
                os.unlink(self.path(name))
            except FileNotFoundError:
                pass

    # The guest and its devices

    def guest(self):
        return Guest(self.exec_port, self.read("token"))

    def uart(self, line):
        return self.path(f"uart{line}.sock")

    def usb_device(self, line):
        """Properties of a line's USB adapter, for -device and device_add."""
        return {"driver": "usb-serial", "id": f"usb{line}",
                "bus": "xhci.0", "port": str(line - USB_LINES[0] + 1),
                "chardev": f"uart{line}", "always-plugged": "on",
                "serial": usb_serial_number(line)}

    def usb_plug(self, line):
        with Qmp(self.path("qmp.sock")) as qmp:
            device = self.usb_device(line)
            device["always-plugged"] = True
            qmp.command("device_add", **device)

    def usb_unplug(self, line):
        """Returns when the device is gone, so it can be plugged again."""
        with Qmp(self.path("qmp.sock")) as qmp:
            qmp.command("device_del", id=f"usb{line}")
            qmp.wait_event("DEVICE_DELETED",
                           lambda data: data.get("device") == f"usb{line}")


def start_time(pid):
    """Identifies a process beyond its number, "" if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            fields = f.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def wait_gone(pid, started, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
        if start_time(pid) != started:
            return True
        time.sleep(0.05)
    return False
