// A hub on this machine.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>

// Answers every request with this, until it goes.
class LocalServer {
 public:
  explicit LocalServer(std::string answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, 4);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    root = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::thread([this] {
      for (int one; (one = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(one)) {
        char request[4096];
        if (::recv(one, request, sizeof request, 0) < 0) continue;
        const std::string all = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                                std::to_string(answer_.size()) + "\r\n\r\n" + answer_;
        if (::send(one, all.data(), all.size(), 0) < 0) continue;
      }
    });
  }
  ~LocalServer() {
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    thread_.join();
  }
  std::string root;

 private:
  std::string answer_;
  int socket_;
  std::thread thread_;
};
