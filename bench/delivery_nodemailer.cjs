// nodemailer, pooled: node delivery_nodemailer.cjs PORT MAILS SAMPLE [rsa]
const nodemailer = require("nodemailer");
const fs = require("fs");
const [port, mails, sample, rsa] = process.argv.slice(2);
const read = (name) => fs.readFileSync(`${sample}/${name}`, "utf8");
const holes = JSON.parse(read("holes.json")), fills = JSON.parse(read("fills.json"));
const html = read("body.html"), text = read("body.text");
const dkim = rsa ? { domainName: "digest.example.org", keySelector: "k", privateKey: read("rsa.pem") } : undefined;
const transport = nodemailer.createTransport({
  pool: true, maxConnections: 4, maxMessages: Infinity, host: "127.0.0.1", port: +port,
  secure: false, ignoreTLS: true, dkim,
});
const fill = (body, values) =>
  Object.entries(holes).reduce((done, [name, mark]) => done.replaceAll(mark, values[name] || ""), body);
let next = 1;
async function lane() {
  while (next <= +mails) {
    const n = next++, values = { ...fills, name: `Reader ${n}`, token: `${n}.${fills.token}` };
    await transport.sendMail({
      from: '"The Paper Digest" <papers@digest.example.org>',
      to: `"Reader ${n}" <reader${n}@list${n % 7}.example.org>`,
      subject: `Graph and 9 more papers`, html: fill(html, values), text: fill(text, values),
      list: { unsubscribe: `https://digest.example.org/u/${values.token}` },
    });
  }
}
const cpu = process.cpuUsage(), start = performance.now();
Promise.all([lane(), lane(), lane(), lane()]).then(() => {
  const { user, system } = process.cpuUsage(cpu);
  console.error(`took ${(user + system) / 1e6} ${(performance.now() - start) / 1e3}`);
  transport.close();
});
