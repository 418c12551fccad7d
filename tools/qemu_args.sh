#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Prints the arguments of QEMU for a scheme of OSDK.toml, one a line. What they say can be
# changed by these variables:
#
#   MEM=2G           memory of the machine
#   SMP=1            number of its CPUs
#   CONSOLE=ttyS0    where the guest's console is: ttyS0, or hvc0 (virtio)
#   DISKS=           image files, separated by spaces, for virtio-blk
#   NETDEV=none      network: none, user (QEMU's own) or tap (the interface in TAP)
#   TAP=tap0         the interface for NETDEV=tap
#   SSH_PORT=        with NETDEV=user: a port of the host that leads to the guest's port 22
#   OVMF=            firmware for UEFI, e.g. /usr/share/OVMF/OVMF_CODE.fd; default: the BIOS
#   KVM=auto         auto, on or off

set -eu

usage() {
  echo "usage: qemu_args.sh normal|test|microvm|iommu|tdx|riscv" >&2
  exit 2
}

fail() {
  echo "qemu_args.sh: $*" >&2
  exit 2
}

[ $# -eq 1 ] || usage
scheme=$1

MEM=${MEM:-2G}
SMP=${SMP:-1}
CONSOLE=${CONSOLE:-ttyS0}
DISKS=${DISKS:-}
NETDEV=${NETDEV:-none}
TAP=${TAP:-tap0}
SSH_PORT=${SSH_PORT:-}
OVMF=${OVMF:-}
KVM=${KVM:-auto}

# Devices of virtio stand on PCI, but for the machines that have none.
transport=pci

machine_of_scheme() {
  case $scheme in
  normal | test)
    echo "-machine q35,kernel-irqchip=split"
    processor
    ;;
  iommu)
    echo "-machine q35,kernel-irqchip=split"
    processor
    echo "-device intel-iommu,intremap=on,device-iotlb=on"
    ;;
  microvm)
    transport=device
    echo "-machine microvm,rtc=on,acpi=off,pit=on,pic=on"
    processor
    echo "-nodefaults"
    echo "-no-user-config"
    ;;
  tdx)
    [ "$KVM" != off ] || fail "KVM=off: TDX needs KVM"
    echo "-machine q35,kernel-irqchip=split,confidential-guest-support=tdx0"
    echo "-object '{ \"qom-type\": \"tdx-guest\", \"id\": \"tdx0\", \"sept-ve-disable\": true }'"
    echo "-cpu host,-kvm-steal-time,pmu=off"
    echo "-nodefaults"
    echo "-vga none"
    echo "-bios ${OVMF:-/usr/share/OVMF/OVMF_CODE.fd}"
    OVMF=
    KVM=on
    ;;
  riscv)
    transport=device
    echo "-machine virt"
    echo "-cpu rv64,svpbmt=true"
    KVM=off
    ;;
  *) usage ;;
  esac
}

# A device file alone is not enough: without the processor's module behind it, QEMU aborts.
has_kvm() {
  [ "$KVM" != off ] && [ -w /dev/kvm ] && grep -Esq '^kvm_(intel|amd) ' /proc/modules
}

# QEMU's own processor lacks much of what the model has.
processor() {
  if has_kvm; then echo "-cpu Icelake-Server,+x2apic"; else echo "-cpu max"; fi
}

acceleration() {
  case $KVM in
  on) echo "-accel kvm" ;;
  off) echo "-accel tcg" ;;
  auto) if has_kvm; then echo "-accel kvm"; else echo "-accel tcg"; fi ;;
  *) fail "KVM=$KVM: expected auto, on or off" ;;
  esac
}

console() {
  case $CONSOLE in
  ttyS0)
    echo "-chardev stdio,id=mux,mux=on,signal=off"
    echo "-serial chardev:mux"
    echo "-monitor chardev:mux"
    ;;
  hvc0)
    echo "-chardev stdio,id=mux,mux=on,signal=off"
    echo "-device virtio-serial-$transport"
    echo "-device virtconsole,chardev=mux"
    echo "-monitor chardev:mux"
    echo "-serial file:qemu-serial.log"
    ;;
  *) fail "CONSOLE=$CONSOLE: expected ttyS0 or hvc0" ;;
  esac
}

disks() {
  number=0
  for file in $DISKS; do
    [ -f "$file" ] || fail "DISKS: there is no file $file"
    echo "-drive if=none,format=raw,id=disk$number,file=$file"
    echo "-device virtio-blk-$transport,drive=disk$number"
    number=$((number + 1))
  done
}

network() {
  case $NETDEV in
  none)
    echo "-nic none"
    return
    ;;
  user) echo "-netdev user,id=net0${SSH_PORT:+,hostfwd=tcp:127.0.0.1:$SSH_PORT-:22}" ;;
  tap) echo "-netdev tap,id=net0,ifname=$TAP,script=no,downscript=no" ;;
  *) fail "NETDEV=$NETDEV: expected none, user or tap" ;;
  esac
  echo "-device virtio-net-$transport,netdev=net0"
}

machine_of_scheme
acceleration
echo "-m $MEM"
echo "-smp $SMP"
echo "-no-reboot"
echo "-nographic"
echo "-display none"
console
disks
network
echo "-device virtio-rng-$transport"
if [ "$scheme" != riscv ] && [ "$scheme" != tdx ]; then
  # The kernel ends QEMU with an exit code of its own by a write to this port.
  echo "-device isa-debug-exit,iobase=0xf4,iosize=0x04"
fi
if [ -n "$OVMF" ]; then
  [ -f "$OVMF" ] || fail "OVMF: there is no file $OVMF"
  echo "-drive if=pflash,format=raw,unit=0,readonly=on,file=$OVMF"
fi
