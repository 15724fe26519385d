// What a bundle has for Node's crypto: the part of crypto-browserify that hashring calls.

exports.createHash = require("create-hash/browser");
