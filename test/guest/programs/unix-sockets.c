// SPDX-License-Identifier: MPL-2.0
//
// Sockets of AF_UNIX with names: binding, connecting, accepting, datagrams, who is at the other end,
// options, time-outs, and what each call refuses.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_un name_of(const char *name, socklen_t *length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t count = strlen(name);
  if (*name == '@') {
    memcpy(address.sun_path + 1, name + 1, count - 1);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count);
  } else {
    memcpy(address.sun_path, name, count + 1);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + 1);
  }
  return address;
}

static int bind_to(int fd, const char *name) {
  socklen_t length;
  struct sockaddr_un address = name_of(name, &length);
  return bind(fd, (struct sockaddr *)&address, length);
}

static int connect_to(int fd, const char *name) {
  socklen_t length;
  struct sockaddr_un address = name_of(name, &length);
  return connect(fd, (struct sockaddr *)&address, length);
}

static long send_to(int fd, const char *bytes, const char *name) {
  socklen_t length;
  struct sockaddr_un address = name_of(name, &length);
  return sendto(fd, bytes, strlen(bytes), 0, (struct sockaddr *)&address, length);
}

static void show_address(const char *what, int result, struct sockaddr_un *address, socklen_t length) {
  if (result < 0) {
    printf("%s: %s\n", what, errno_name(errno));
    return;
  }
  printf("%s: length %d", what, (int)length);
  if (length >= 2) printf(" family %d", address->sun_family);
  if (length > 2) {
    printf(" \"");
    for (socklen_t i = 0; i < length - 2; i++) {
      char byte = address->sun_path[i];
      if (byte == 0) printf("\\0");
      else printf("%c", byte);
    }
    printf("\"");
  }
  printf("\n");
}

static void show_names(const char *what, int fd) {
  struct sockaddr_un address;
  socklen_t length = sizeof address;
  printf("%s ", what);
  int result = getsockname(fd, (struct sockaddr *)&address, &length);
  show_address("own", result, &address, length);
  length = sizeof address;
  printf("%s ", what);
  result = getpeername(fd, (struct sockaddr *)&address, &length);
  show_address("peer", result, &address, length);
}

static void show_poll(const char *what, int fd) {
  struct pollfd entry = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
  poll(&entry, 1, 0);
  printf("%s: poll %#x\n", what, entry.revents);
}

static void show_read(const char *what, int fd) {
  char bytes[64] = "";
  struct sockaddr_un address;
  socklen_t length = sizeof address;
  long count = recvfrom(fd, bytes, 63, MSG_DONTWAIT, (struct sockaddr *)&address, &length);
  printf("%s: %s \"%s\" ", what, count < 0 ? errno_name(errno) : "got", bytes);
  if (count >= 0) show_address("from", 0, &address, length);
  else printf("\n");
}

static void connections(int type, const char *name) {
  printf("-- connections by %s, type %d\n", name, type);
  int listener = socket(AF_UNIX, type, 0);
  show_poll("unconnected", listener);
  TRY(listen(listener, 1));
  TRY(accept(listener, NULL, NULL));
  TRY(read(listener, &type, 0));
  TRY(recv(listener, &type, 1, MSG_DONTWAIT));
  TRY(send(listener, "x", 1, MSG_NOSIGNAL));
  TRY(bind_to(listener, name));
  TRY(bind_to(listener, "another"));
  show_names("bound", listener);
  int client = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
  TRY(connect_to(client, name));
  TRY(listen(listener, 1));
  show_poll("listening", listener);
  TRY(bind_to(client, name));
  TRY(connect_to(client, name));
  TRY(connect_to(client, name));
  show_names("client", client);
  show_poll("client", client);
  show_poll("listening", listener);
  TRY(write(client, "early", 5));
  int second = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
  int third = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
  TRY(connect_to(second, name));
  TRY(connect_to(third, name));
  struct sockaddr_un address;
  socklen_t length = sizeof address;
  int server = accept4(listener, (struct sockaddr *)&address, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  show_address("accepted", server, &address, length);
  printf("flags %d %d\n", fcntl(server, F_GETFD), (fcntl(server, F_GETFL) & O_NONBLOCK) != 0);
  show_names("server", server);
  TRY(connect_to(third, name));
  show_read("early", server);
  TRY(send(server, "answer", 6, 0));
  show_read("answer", client);
  TRY(send_to(client, "addressed", name));
  show_read("addressed", server);
  TRY(listen(client, 1));
  TRY(syscall(SYS_accept4, listener, NULL, NULL, 1));
  struct ucred ids;
  length = sizeof ids;
  TRY(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &ids, &length));
  printf("peer: own %d %u %u\n", ids.pid == getpid(), ids.uid, ids.gid);
  int value = -1;
  length = sizeof value;
  TRY(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &value, &length));
  printf("accepts %d\n", value);
  // One connection waits; its listener goes.
  close(listener);
  show_poll("refused", second);
  TRY(recv(second, &value, 1, 0));
  TRY(recv(second, &value, 1, 0));
  TRY(send(second, "x", 1, MSG_NOSIGNAL));
  TRY(connect_to(second, name));
  close(second);
  close(third);
  TRY(shutdown(server, SHUT_WR));
  show_poll("shut", client);
  TRY(recv(client, &value, 1, 0));
  TRY(write(client, "left", 4));
  close(server);
  show_poll("left", client);
  show_names("left", client);
  length = sizeof value;
  TRY(getsockopt(client, SOL_SOCKET, SO_ERROR, &value, &length));
  printf("error %s\n", errno_name(value));
  TRY(send(client, "x", 1, MSG_NOSIGNAL));
  close(client);
  if (*name != '@') {
    struct stat info;
    TRY(stat(name, &info));
    printf("mode %o\n", info.st_mode);
    TRY(open(name, O_RDWR));
    client = socket(AF_UNIX, type, 0);
    TRY(connect_to(client, name));
    TRY(bind_to(client, name));
    TRY(unlink(name));
    TRY(connect_to(client, name));
    close(client);
  } else {
    client = socket(AF_UNIX, type, 0);
    TRY(bind_to(client, name));
    close(client);
  }
}

static void datagrams(void) {
  printf("-- datagrams\n");
  int one = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int two = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int three = socket(AF_UNIX, SOCK_RAW | SOCK_NONBLOCK, 0);
  TRY(listen(one, 1));
  TRY(accept(one, NULL, NULL));
  TRY(write(one, "x", 1));
  show_poll("fresh", one);
  TRY(bind_to(one, "dgram"));
  TRY(send_to(two, "unnamed", "dgram"));
  show_read("unnamed", one);
  TRY(bind_to(two, "@two"));
  TRY(send_to(two, "named", "dgram"));
  show_read("named", one);
  TRY(send_to(one, "back", "@two"));
  show_read("back", two);
  show_read("nothing", two);
  TRY(send_to(one, "x", "@nobody"));
  TRY(send_to(one, "x", "missing"));
  TRY(connect_to(two, "dgram"));
  show_names("two", two);
  TRY(write(two, "peer", 4));
  show_read("peer", one);
  TRY(send_to(three, "stranger", "@two"));
  TRY(connect_to(three, "@two"));
  TRY(connect_to(two, "@two"));
  TRY(connect_to(two, "dgram"));
  int count = 0;
  while (send_to(three, "fill", "dgram") > 0) count++;
  printf("%d messages: %s\n", count, errno_name(errno));
  show_read("first", one);
  TRY(send_to(three, "again", "dgram"));
  close(one);
  TRY(write(two, "gone", 4));
  TRY(write(two, "gone", 4));
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  TRY(connect(two, &none, sizeof none));
  show_names("two", two);
  TRY(connect_to(two, "dgram"));
  TRY(unlink("dgram"));
  int stream = socket(AF_UNIX, SOCK_STREAM, 0);
  TRY(bind_to(stream, "stream"));
  TRY(send_to(two, "x", "stream"));
  TRY(connect_to(two, "stream"));
  TRY(unlink("stream"));
  // Names without a file belong to one type each.
  TRY(bind_to(three, "@two"));
  int packets = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  TRY(bind_to(packets, "@two"));
  sa_family_t family = AF_UNIX;
  int automatic = socket(AF_UNIX, SOCK_DGRAM, 0);
  TRY(bind(automatic, (struct sockaddr *)&family, sizeof family));
  struct sockaddr_un address;
  socklen_t length = sizeof address;
  TRY(getsockname(automatic, (struct sockaddr *)&address, &length));
  printf("automatic: length %d, starts with %d\n", (int)length, address.sun_path[0]);
  close(stream);
  close(packets);
  close(automatic);
  close(two);
  close(three);
}

static long receive_message(int fd, char *bytes, size_t room, struct ucred *ids, int *files, int *flags) {
  char control[256];
  struct iovec part = {bytes, room};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  long count = recvmsg(fd, &message, MSG_DONTWAIT);
  *files = 0;
  memset(ids, 0xff, sizeof *ids);
  if (count < 0) return count;
  *flags = message.msg_flags;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
    printf("  control %d length %d\n", c->cmsg_type, (int)c->cmsg_len);
    if (c->cmsg_type == SCM_CREDENTIALS) memcpy(ids, CMSG_DATA(c), sizeof *ids);
    if (c->cmsg_type == SCM_RIGHTS) {
      *files = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
      for (int i = 0; i < *files; i++) close(((int *)CMSG_DATA(c))[i]);
    }
  }
  return count;
}

static void show_message(const char *what, int fd, size_t room) {
  char bytes[65] = "";
  struct ucred ids;
  int files, flags;
  long count = receive_message(fd, bytes, room, &ids, &files, &flags);
  if (count < 0) {
    printf("%s: %s\n", what, errno_name(errno));
    return;
  }
  const char *whose = ids.pid == getpid() ? "own" : ids.pid == 0 ? "nobody" : ids.pid < 0 ? "not told" : "other";
  printf("%s: %ld \"%s\" from %s %d %d, %d files, flags %#x\n", what, count, bytes, whose, (int)ids.uid, (int)ids.gid, files, flags);
}

static long send_message(int fd, const char *text, const struct ucred *ids, int file) {
  char control[128];
  memset(control, 0, sizeof control);
  struct iovec part = {(char *)text, strlen(text)};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control};
  struct cmsghdr *c = (struct cmsghdr *)control;
  if (ids != NULL) {
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof *ids);
    memcpy(CMSG_DATA(c), ids, sizeof *ids);
    message.msg_controllen += CMSG_SPACE(sizeof *ids);
    c = (struct cmsghdr *)(control + message.msg_controllen);
  }
  if (file >= 0) {
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(c), &file, sizeof file);
    message.msg_controllen += CMSG_SPACE(sizeof file);
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static void credentials(int type) {
  printf("-- credentials, type %d\n", type);
  int fds[2], on = 1;
  MUST(socketpair(AF_UNIX, type, 0, fds) == 0);
  struct ucred own = {getpid(), getuid(), getgid()}, lie = {1, 1000, 1000}, nobody = {999999, 0, 0};
  TRY(write(fds[0], "before", 6));
  TRY(setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  TRY(write(fds[0], "after", 5));
  TRY(send_message(fds[0], "lie", &lie, -1));
  TRY(send_message(fds[0], "nobody", &nobody, -1));
  TRY(send_message(fds[0], "file", &own, 0));
  TRY(write(fds[0], "plain", 5));
  TRY(write(fds[0], "again", 5));
  fflush(stdout);
  if (fork() == 0) {
    if (setgid(1000) != 0 || setuid(1000) != 0) _exit(1);
    struct ucred mine = {getpid(), 1000, 1000};
    int bad = send_message(fds[0], "root", &own, -1) < 0 && errno == EPERM;
    _exit(send_message(fds[0], "child", &mine, -1) == 5 && bad ? 0 : 1);
  }
  int status;
  wait(&status);
  printf("child %d\n", WEXITSTATUS(status));
  for (int i = 0; i < 7; i++) show_message("message", fds[1], 64);
  on = 0;
  TRY(setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  TRY(send_message(fds[0], "not told", &own, -1));
  show_message("off", fds[1], 64);
  // Too little room for what comes.
  on = 1;
  setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  for (size_t room = 0; room <= 56; room += 8) {
    char control[64], bytes[8];
    MUST(send_message(fds[0], "cut", &own, 0) == 3);
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    long count = recvmsg(fds[1], &message, 0);
    printf("room %zu: %ld, %zu used, flags %#x\n", room, count, (size_t)message.msg_controllen, message.msg_flags);
    if (room >= 56) close(((int *)(control + 48))[0]);
  }
  struct ucred peer;
  socklen_t length = sizeof peer;
  TRY(getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
  printf("peer own %d %u %u length %d\n", peer.pid == getpid(), peer.uid, peer.gid, (int)length);
  length = 6;
  TRY(getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
  printf("length %d\n", (int)length);
  close(fds[0]);
  close(fds[1]);
  int lone = socket(AF_UNIX, type, 0);
  length = sizeof peer;
  TRY(getsockopt(lone, SOL_SOCKET, SO_PEERCRED, &peer, &length));
  printf("lone %d %d %d\n", peer.pid, (int)peer.uid, (int)peer.gid);
  close(lone);
}

static void show_option(int fd, int option) {
  unsigned char bytes[32];
  socklen_t length = sizeof bytes;
  int result = getsockopt(fd, SOL_SOCKET, option, bytes, &length);
  printf("option %d: %s", option, result < 0 ? errno_name(errno) : "");
  for (socklen_t i = 0; result == 0 && i < length; i++) printf("%02x", bytes[i]);
  printf("\n");
}

static void options(void) {
  static const int plain[] = {1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 18, 20, 21, 29, 34, 35, 36};
  printf("-- options\n");
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    show_option(fd, plain[i]);
    for (int value = -1; value < 4; value += 2) {
      int values[4] = {value, 0, 0, 0};
      int result = setsockopt(fd, SOL_SOCKET, plain[i], values, plain[i] == 13 ? 8 : plain[i] == 20 || plain[i] == 21 ? 16 : 4);
      printf("set %d to %d: %s, ", plain[i], value, result < 0 ? errno_name(errno) : "done");
      show_option(fd, plain[i]);
    }
  }
  for (int option = 3; option < 40; option++) {
    int readOnly = option == 3 || option == 4 || option == 17 || option == 19 || option == 30 || option == 38 || option == 39;
    if (!readOnly) continue;
    show_option(fd, option);
    TRY(setsockopt(fd, SOL_SOCKET, option, &option, sizeof option));
  }
  int value = 1;
  socklen_t length = -1;
  TRY(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
  TRY(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, (socklen_t *)8));
  length = 4;
  TRY(getsockopt(fd, SOL_SOCKET, SO_TYPE, (void *)8, &length));
  TRY(getsockopt(fd, SOL_SOCKET, 1000, &value, &length));
  TRY(getsockopt(fd, 6, 1, &value, &length));
  TRY(setsockopt(fd, 6, 1, &value, 4));
  TRY(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, 3));
  TRY(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, (void *)8, 4));
  TRY(setsockopt(fd, SOL_SOCKET, 1000, &value, 4));
  struct timeval bad = {0, 1000000}, past = {-1, 0};
  TRY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof bad));
  TRY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &past, sizeof past));
  close(fd);
}

static void timeouts(void) {
  printf("-- time-outs\n");
  int fds[2];
  struct timeval time = {0, 50000}, before, after;
  char bytes[4096] = {0};
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  MUST(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) == 0);
  MUST(setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) == 0);
  gettimeofday(&before, NULL);
  TRY(read(fds[0], bytes, 1));
  gettimeofday(&after, NULL);
  printf("waited %d\n", (after.tv_sec - before.tv_sec) * 1000000 + after.tv_usec - before.tv_usec >= 50000);
  long result;
  while ((result = write(fds[0], bytes, sizeof bytes)) == (long)sizeof bytes) continue;
  printf("full: %s\n", result < 0 ? errno_name(errno) : "a part");
  close(fds[0]);
  close(fds[1]);
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  if (fork() == 0) {
    for (int i = 0; i < 4; i++) {
      usleep(5000);
      if (write(fds[0], "abcd", 4) != 4) _exit(1);
    }
    _exit(0);
  }
  TRY(recv(fds[1], bytes, 16, MSG_WAITALL));
  wait(NULL);
  close(fds[0]);
  TRY(recv(fds[1], bytes, 16, MSG_WAITALL));
  close(fds[1]);
}

static void refusals(void) {
  printf("-- refusals\n");
  TRY(socket(-1, SOCK_STREAM, 0));
  TRY(socket(46, SOCK_STREAM, 0));
  TRY(socket(AF_UNIX, 0, 0));
  TRY(socket(AF_UNIX, SOCK_RDM, 0));
  TRY(socket(AF_UNIX, 11, 0));
  TRY(socket(AF_UNIX, SOCK_STREAM, 2));
  TRY(socket(AF_UNIX, SOCK_STREAM | 0x10, 0));
  TRY(socket(46, 11, 0));
  int fd = socket(AF_UNIX, SOCK_STREAM, AF_UNIX), file = open(".", O_RDONLY);
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "name"};
  socklen_t length = sizeof address;
  TRY(bind(-1, (struct sockaddr *)&address, length));
  TRY(bind(file, (struct sockaddr *)&address, length));
  TRY(bind(fd, (struct sockaddr *)8, length));
  TRY(bind(fd, (struct sockaddr *)&address, 1));
  TRY(bind(fd, (struct sockaddr *)&address, 200));
  TRY(bind(fd, (struct sockaddr *)&address, sizeof address + 1));
  address.sun_family = 2;
  TRY(bind(fd, (struct sockaddr *)&address, length));
  TRY(connect(fd, (struct sockaddr *)&address, length));
  address.sun_family = AF_UNSPEC;
  TRY(connect(fd, (struct sockaddr *)&address, length));
  address.sun_family = AF_UNIX;
  TRY(connect(fd, (struct sockaddr *)&address, 2));
  TRY(connect(fd, (struct sockaddr *)8, length));
  TRY(connect_to(fd, "missing"));
  TRY(connect_to(fd, "missing/name"));
  TRY(connect_to(fd, "@missing"));
  TRY(bind_to(fd, "missing/name"));
  TRY(bind_to(fd, "."));
  close(creat("plain", 0644));
  TRY(bind_to(fd, "plain"));
  TRY(bind_to(fd, "plain/name"));
  TRY(connect_to(fd, "plain"));
  TRY(connect_to(fd, "."));
  unlink("plain");
  TRY(listen(file, 1));
  TRY(accept(file, NULL, NULL));
  TRY(getsockname(file, (struct sockaddr *)&address, &length));
  length = -1;
  TRY(getsockname(fd, (struct sockaddr *)&address, &length));
  TRY(getsockname(fd, (struct sockaddr *)&address, (socklen_t *)8));
  length = 1;
  TRY(getsockname(fd, (struct sockaddr *)&address, &length));
  printf("length %d\n", (int)length);
  TRY(getpeername(fd, (struct sockaddr *)&address, &length));
  TRY(shutdown(fd, SHUT_RDWR));
  TRY(shutdown(fd, 3));
  show_poll("shut", fd);
  // A path of the greatest length has no NUL of its own.
  memset(address.sun_path, 'n', sizeof address.sun_path);
  TRY(bind(fd, (struct sockaddr *)&address, sizeof address));
  length = sizeof address;
  TRY(getsockname(fd, (struct sockaddr *)&address, &length));
  printf("length %d\n", (int)length);
  char name[sizeof address.sun_path + 1];
  memcpy(name, address.sun_path, sizeof address.sun_path);
  name[sizeof address.sun_path] = 0;
  TRY(unlink(name));
  close(fd);
  umask(077);
  fd = socket(AF_UNIX, SOCK_STREAM, 0);
  TRY(bind_to(fd, "private"));
  listen(fd, 5);
  struct stat info;
  stat("private", &info);
  printf("mode %o\n", info.st_mode);
  fflush(stdout);
  if (fork() == 0) {
    if (setuid(1000) != 0) _exit(1);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY(connect_to(other, "private"));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  TRY(shutdown(fd, SHUT_RD));
  show_poll("shut listener", fd);
  TRY(accept(fd, NULL, NULL));
  int late = socket(AF_UNIX, SOCK_STREAM, 0);
  TRY(connect_to(late, "private"));
  unlink("private");
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  chmod(".", 0777);
  connections(SOCK_STREAM, "stream");
  connections(SOCK_STREAM, "@stream");
  connections(SOCK_SEQPACKET, "packets");
  datagrams();
  credentials(SOCK_STREAM);
  credentials(SOCK_DGRAM);
  credentials(SOCK_SEQPACKET);
  options();
  timeouts();
  refusals();
  return 0;
}
