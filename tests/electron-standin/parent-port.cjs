'use strict';
// Required first in a utility process: the port to its parent, and an end when the parent is gone.
const { EventEmitter } = require('node:events');

const port = new EventEmitter();
port.postMessage = (message) => process.send(message);
process.on('message', (data) => port.emit('message', { data, ports: [] }));
process.on('disconnect', () => process.exit());
process.parentPort = port;
process.type = 'utility';
