/* See system.h. */
#include "system.h"

#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#define closesocket close
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#ifdef _WIN32
bool child_start(child *child, const char *const *argv, char *line, size_t size)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    STARTUPINFOA start;
    PROCESS_INFORMATION made;
    HANDLE in[2], out[2];
    char command[4096] = "";
    size_t len = 0;
    DWORD got;
    BOOL ran;
    for (; *argv != NULL; argv++) {
        len += (size_t)snprintf(command + len, sizeof command - len, "\"%s\" ", *argv);
        if (len >= sizeof command) {
            return false;
        }
    }
    if (!CreatePipe(&in[0], &in[1], &inherited, 0) || !CreatePipe(&out[0], &out[1], &inherited, 0)) {
        return false;
    }
    /* The child would keep its own input open. */
    SetHandleInformation(in[1], HANDLE_FLAG_INHERIT, 0);
    memset(&start, 0, sizeof start);
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = in[0];
    start.hStdOutput = out[1];
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    ran = CreateProcessA(NULL, command, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &start, &made);
    CloseHandle(in[0]);
    CloseHandle(out[1]);
    if (!ran) {
        return false;
    }
    CloseHandle(made.hThread);
    child->process = made.hProcess;
    child->in = in[1];
    for (len = 0; len + 1 < size && ReadFile(out[0], line + len, 1, &got, NULL) && got == 1 && line[len] != '\n'; len++) {
    }
    line[len] = '\0';
    CloseHandle(out[0]);
    return true;
}

void child_stop(child *child)
{
    CloseHandle(child->in);
    WaitForSingleObject(child->process, INFINITE);
    CloseHandle(child->process);
}
#else
bool child_start(child *child, const char *const *argv, char *line, size_t size)
{
    int in[2], out[2];
    size_t len = 0;
    if (pipe(in) != 0 || pipe(out) != 0 || (child->process = fork()) < 0) {
        return false;
    }
    if (child->process == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    child->in = in[1];
    while (len + 1 < size && read(out[0], line + len, 1) == 1 && line[len] != '\n') {
        len++;
    }
    line[len] = '\0';
    close(out[0]);
    return true;
}

void child_stop(child *child)
{
    close(child->in);
    waitpid(child->process, NULL, 0);
}
#endif

connection connection_open(int port)
{
    struct sockaddr_in to;
    int yes = 1;
    connection link;
#ifdef _WIN32
    static WSADATA ready;
    if (ready.wVersion == 0 && WSAStartup(MAKEWORD(2, 2), &ready) != 0) {
        return NO_CONNECTION;
    }
#endif
    link = (connection)socket(AF_INET, SOCK_STREAM, 0);
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons((unsigned short)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (link == NO_CONNECTION || connect(link, (struct sockaddr *)&to, sizeof to) != 0) {
        return NO_CONNECTION;
    }
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof yes);
    return link;
}

long connection_send(connection link, const char *bytes, size_t len)
{
    return (long)send(link, bytes, len, MSG_NOSIGNAL);
}

long connection_receive(connection link, char *bytes, size_t room)
{
    return (long)recv(link, bytes, room, 0);
}

void connection_close(connection link)
{
    closesocket(link);
}
