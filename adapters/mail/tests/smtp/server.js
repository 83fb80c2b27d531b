// A mail server for the tests: `node server.js <settings as JSON>`. Prints its port, then a line
// of JSON for each letter that it takes.
const path = require("node:path");
const { SMTPServer } = require(
  path.join(__dirname, "../../../../tests/node_modules/smtp-server"),
);

const settings = JSON.parse(process.argv[2]);
const server = new SMTPServer({
  secure: settings.secure,
  key: settings.key,
  cert: settings.cert,
  hideSTARTTLS: settings.plain,
  authOptional: !settings.user,
  disabledCommands: settings.user ? [] : ["AUTH"],
  logger: false,
  onAuth(auth, session, done) {
    if (auth.username === settings.user && auth.password === settings.password) {
      done(null, { user: auth.username });
    } else {
      done(new Error("unknown"));
    }
  },
  onRcptTo(address, session, done) {
    const refused = new Error(`no such box ${address.address}`);
    if (address.address.startsWith("nobody")) {
      refused.responseCode = 550;
      return done(refused);
    }
    if (address.address.startsWith("later")) {
      refused.responseCode = 451;
      return done(refused);
    }
    done();
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const letter = {
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map((to) => to.address),
        secure: session.secure,
        user: session.user || null,
        text: Buffer.concat(parts).toString("utf8"),
      };
      process.stdout.write(JSON.stringify(letter) + "\n");
      done();
    });
  },
});
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${server.server.address().port}\n`);
});
// The parent is gone: so are we.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
