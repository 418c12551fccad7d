// SPDX-License-Identifier: MPL-2.0
//
// Corners of AF_UNIX: what the end of a socket with unread messages does to its peer, marks, shutdown before
// connect, and the name that who wants to know senders gets by sending.

#include "check.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SIOCATMARK_ 0x8905

static int mark(int fd) {
  int value = -1;
  int result = ioctl(fd, SIOCATMARK_, &value);
  return result < 0 ? -errno : value;
}

static void sends(const char *what, int fd) {
  printf("%s: ", what);
  long sent = send(fd, "", 0, 0);
  printf("nothing %s", sent < 0 ? errno_name(errno) : "OK");
  sent = send(fd, "x", 1, 0);
  printf(", a byte %s\n", sent < 0 ? errno_name(errno) : "OK");
}

int main(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  static const char *const left[] = {"", "0", "1", "00", "01", "001"};
  int pair[2], on = 1;
  char name[40];
  signal(SIGPIPE, SIG_IGN);
  for (unsigned i = 0; i < sizeof left / sizeof *left; i++) {
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    for (const char *length = left[i]; *length != 0; length++) MUST(send(pair[0], "x", *length - '0', 0) >= 0);
    close(pair[1]);
    snprintf(name, sizeof name, "unread messages '%s'", left[i]);
    sends(name, pair[0]);
    close(pair[0]);
  }

  int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un address = {AF_UNIX, "place"};
  MUST(bind(listener, (void *)&address, sizeof address) == 0 && listen(listener, 5) == 0);
  printf("mark of a listener %d", mark(listener));
  MUST(connect(client, (void *)&address, sizeof address) == 0);
  printf(", somebody waiting %d, the other side %d\n", mark(listener), mark(client));
  MUST(accept(listener, NULL, NULL) >= 0);

  client = socket(AF_UNIX, SOCK_STREAM, 0);
  MUST(shutdown(client, SHUT_RD) == 0 && connect(client, (void *)&address, sizeof address) == 0);
  sends("to who was shut before it connected", accept(listener, NULL, NULL));
  for (int i = 0; i < 3; i++) {
    MUST(socketpair(AF_UNIX, types[i], 0, pair) == 0);
    MUST(shutdown(pair[1], SHUT_RD) == 0);
    snprintf(name, sizeof name, "type %d, to who reads no more", types[i]);
    sends(name, pair[0]);
    int lonely = socket(AF_UNIX, types[i], 0);
    MUST(shutdown(lonely, SHUT_WR) == 0);
    sends("unconnected and shut", lonely);
  }

  for (int i = 0; i < 3; i++) {
    for (int writes = 0; writes < 2; writes++) {
      socklen_t length = sizeof address;
      MUST(socketpair(AF_UNIX, types[i], 0, pair) == 0);
      MUST(setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0);
      MUST((writes ? write(pair[0], "x", 1) : send(pair[0], "x", 1, 0)) == 1);
      MUST(getsockname(pair[0], (void *)&address, &length) == 0);
      printf("type %d has a name of %d bytes after %s\n", types[i], (int)length, writes ? "write" : "send");
    }
  }
  return 0;
}
