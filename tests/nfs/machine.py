"""The virtual machine: Debian's own kernel and NFS tools in an initramfs, under plain emulation.

Only QEMU is installed. The other packages are downloaded and unpacked below target/nfs. The first initramfs, made of them,
and the one of programs that follow files, are kept until this file changes. The programs under test are in another, small
one, which is made for each run.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Relative to ROOT, as for cargo, which runs there.
TARGET = (ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")).resolve()
CACHE = TARGET / "nfs"
GUEST = Path(__file__).resolve().parent / "guest"

PACKAGES = ["nfs-kernel-server", "nfs-common", "iproute2", "busybox-static"]
TOOLS = ["rpc.nfsd", "rpc.mountd", "exportfs", "mount.nfs4", "ip", "tc"]
# The programs of others that follow files, unmodified.
FOLLOWING_PACKAGES = ["nginx", "haproxy", "prometheus", "dnsmasq-base", "entr", "inotify-tools"]
FOLLOWING_PROGRAMS = ["nginx", "haproxy", "prometheus", "promtool", "dnsmasq", "entr", "inotifywait"]
MODULES = ["nfsd", "nfsv4", "veth", "sch_netem"]
# Waits for another apt-get.
APT = ["-o", "DPkg::Lock::Timeout=300"]
# The directories of programs in Debian. The downloaded packages are searched before the host.
PROGRAM_FOLDERS = ["usr/sbin", "usr/bin", "sbin", "bin"]
LIBRARY_FOLDERS = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"]


class Missing(Exception):
    """The machine lacks something that cannot be installed here."""


def sh(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def prepare():
    """Installs QEMU if it is missing, and returns the kernel and the first initramfs."""
    if platform.machine() != "x86_64":
        raise Missing(f"an x86-64 machine, because the kernel is built for it; this is {platform.machine()}")
    for program, package in [("qemu-system-x86_64", "qemu-system-x86"), ("cpio", "cpio")]:
        install(program, package)
    kernel, initramfs = CACHE / f"vmlinuz-{key()}", CACHE / f"base-{key()}.cpio"
    if not initramfs.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        unpacked = unpack_packages([kernel_package(), *PACKAGES])
        root = CACHE / "root"
        shutil.rmtree(root, ignore_errors=True)
        for folder in ["bin", "lib/modules", "etc", "proc", "sys", "dev", "run", "tmp", "mnt", "export",
                       "var/lib/nfs/v4recovery", "var/lib/nfs/rpc_pipefs"]:
            (root / folder).mkdir(parents=True)
        copy_tools(unpacked, root, TOOLS)
        shutil.copy(find("busybox", ["bin", "usr/bin"], unpacked), root / "bin/busybox")
        copy_modules(unpacked, root)
        (root / "etc/netconfig").write_text("tcp tpi_cots_ord v inet tcp - -\nudp tpi_clts v inet udp - -\n")
        (root / "etc/services").write_text("nfs 2049/tcp\nsunrpc 111/tcp\nsunrpc 111/udp\n")
        (root / "etc/protocols").write_text("ip 0 IP\ntcp 6 TCP\nudp 17 UDP\n")
        (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
        (root / "etc/group").write_text("root:x:0:\n")
        shutil.copy(next(unpacked.glob("boot/vmlinuz-*")), kernel)
        pack_whole(root, initramfs)
        shutil.rmtree(unpacked)
    return kernel, initramfs


def following_programs():
    """Returns the initramfs of the programs of others that follow files."""
    initramfs = CACHE / f"following-{key()}.cpio"
    if not initramfs.exists():
        unpacked, root = unpack_packages(FOLLOWING_PACKAGES), CACHE / "root"
        shutil.rmtree(root, ignore_errors=True)
        (root / "bin").mkdir(parents=True)
        copy_tools(unpacked, root, FOLLOWING_PROGRAMS)
        pack_whole(root, initramfs)
        shutil.rmtree(unpacked)
    return initramfs


def key():
    """Returns a part of the names of what is kept until this file changes."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]


def apt_get(*arguments):
    """Runs apt-get as root, if possible. The caller checks the result."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        subprocess.run([*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *APT, "-qq", *arguments],
                       stdout=subprocess.DEVNULL)


def install(program, package):
    if not shutil.which(program):
        apt_get("update")
        apt_get("install", "-y", "--no-install-recommends", package)
    if not shutil.which(program):
        raise Missing(f"{program} (apt-get install {package})")


def kernel_package():
    # If the lists cannot be updated, the old ones may do.
    apt_get("update")
    depends = subprocess.run(["apt-cache", "depends", "linux-image-cloud-amd64"], text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout if shutil.which("apt-cache") else ""
    image = re.search(r"Depends: (linux-image-\S+)", depends)
    if not image:
        raise Missing("Debian's packages: apt knows no linux-image-cloud-amd64 here")
    return image[1]


def unpack_packages(packages):
    downloads, unpacked = CACHE / "packages", CACHE / "unpacked"
    for folder in downloads, unpacked:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    download(downloads, *packages)
    # The libraries that the packages need and the host lacks. The plan of a simulated installation names them.
    plan = sh("apt-get", "install", "--simulate", "--no-install-recommends", *packages, stderr=subprocess.DEVNULL)
    missing = [name for name in re.findall(r"^Inst (\S+)", plan, re.M) if name.startswith("lib")]
    if missing:
        download(downloads, *missing)
    for package in downloads.glob("*.deb"):
        sh("dpkg-deb", "-x", str(package), str(unpacked))
    shutil.rmtree(downloads)
    return unpacked


def download(folder, *packages):
    got = subprocess.run(["apt-get", "download", "-qq", *packages], cwd=folder, text=True, capture_output=True)
    # As root it prints a harmless warning that apt's own user may not enter the directory.
    if got.returncode:
        raise Missing(f"Debian's packages (apt-get download: {got.stderr.strip()})")


def find(name, folders, unpacked):
    for place in unpacked, Path("/"):
        for folder in folders:
            if (place / folder / name).exists():
                return place / folder / name
    raise FileNotFoundError(f"{name} is in none of the packages")


def copy_tools(unpacked, root, tools):
    """Copies programs to `bin`, and the libraries that they need."""
    libraries = ":".join(str(unpacked / folder) for folder in LIBRARY_FOLDERS)
    for tool in tools:
        program = find(tool, PROGRAM_FOLDERS, unpacked)
        shutil.copy(program, root / "bin" / tool)
        for line in sh("ldd", str(program), env={**os.environ, "LD_LIBRARY_PATH": libraries}).splitlines():
            library = re.search(r"(/\S+) \(0x", line)
            if library:
                # The loader has a fixed path. The other libraries are searched in /lib.
                wanted = line.split()[0]
                target = root / wanted.lstrip("/") if wanted.startswith("/") else root / "lib" / wanted
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library[1], target)


def copy_modules(unpacked, root):
    """Copies the modules and their dependencies. `lib/modules/order` lists them in the order of loading."""
    files = {path.stem.replace("-", "_"): path for path in unpacked.glob("lib/modules/*/kernel/**/*.ko")}
    order = []

    def add(name):
        if name in order or name not in files:  # a module without a file is built into the kernel
            return
        depends = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
        for other in filter(None, (depends[1].decode() if depends else "").split(",")):
            add(other.replace("-", "_"))
        order.append(name)
        shutil.copy(files[name], root / "lib/modules" / f"{name}.ko")

    for name in MODULES:
        add(name)
    (root / "lib/modules/order").write_text("\n".join(order) + "\n")


def pack_whole(folder, archive):
    """Packs a folder, and removes it. A run that is cut off leaves no half archive."""
    part = archive.with_suffix(".part")
    pack(folder, part)
    part.rename(archive)
    shutil.rmtree(folder)


def pack(folder, archive):
    """Packs a folder as an uncompressed cpio archive."""
    with open(archive, "wb") as out:
        names = subprocess.run(["find", ".", "-print0"], cwd=folder, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["cpio", "--null", "--create", "--format=newc", "--owner=0:0", "--quiet"],
                       cwd=folder, input=names, stdout=out, check=True)


def with_programs(archives, programs):
    """Adds the scripts of the guest and the programs under test, by name, to other archives. The kernel reads them in a row."""
    folder, image = CACHE / "programs", CACHE / "initramfs"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    for script in GUEST.iterdir():
        shutil.copy(script, folder / script.name)
    for name, program in programs.items():
        shutil.copy(program, folder / "bin" / name)
    pack(folder, CACHE / "programs.cpio")
    with open(image, "wb") as out:
        for part in [*archives, CACHE / "programs.cpio"]:
            out.write(part.read_bytes())
    shutil.rmtree(folder)
    return image


def command(kernel, image, arguments, serial):
    """Returns the command line of QEMU. The guest's `/init` gets `arguments`. Its first serial port is the console."""
    # An emulated processor takes milliseconds to wake up. With idle=poll it never sleeps, and a round trip takes about as
    # long as on real hardware.
    append = "console=ttyS0 panic=-1 quiet mitigations=off idle=poll -- " + " ".join(arguments)
    return ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1536", "-display", "none",
            "-no-reboot", "-nodefaults", "-kernel", str(kernel), "-initrd", str(image), "-append", append, *serial]
