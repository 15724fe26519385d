// What hashring needs of Node's crypto, in a browser: MD5 in plain JavaScript.

const { md5 } = require("js-md5");

exports.createHash = () => {
  let text = "";
  const hash = {
    update(more) {
      text += more;
      return hash;
    },
    digest: () => md5.array(text),
  };
  return hash;
};
