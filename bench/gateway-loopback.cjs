// Loaded before a peer that would listen on every interface: it is measured on loopback, and nobody else can reach it.
const { Server } = require('node:net')
const { listen } = Server.prototype
Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  if (typeof port === 'object') return listen.call(this, { ...port, host: '127.0.0.1' }, ...rest)
  return listen.call(this, port, '127.0.0.1', ...rest.filter((argument) => typeof argument === 'function'))
}
