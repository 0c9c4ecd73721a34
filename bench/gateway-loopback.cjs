// Loaded before a peer that would listen on every interface: it is measured on loopback, and nobody else can reach it.
const net = require('node:net')
const before = net.Server.prototype
const descriptor = Object.getOwnPropertyDescriptor(before, 'listen')
before.listen = function listenOnLoopback(port, ...rest) {
  const callback = rest.filter((argument) => typeof argument === 'function')
  if (typeof port === 'object') return descriptor.value.call(this, { ...port, host: '127.0.0.1' }, ...rest)
  return descriptor.value.call(this, port, '127.0.0.1', ...callback)
}
