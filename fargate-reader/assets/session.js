// Shows who is signed in. The role in the cookie is only for display: the server checks the session, which no script can read.

const role = document.cookie.match(/(?:^|; )(?:__Host-)?messagewall-role=(poster|admin)(?:;|$)/)?.[1];
const byId = (id) => document.getElementById(id);

if (role) {
  document.documentElement.dataset.role = role;
  byId("role").textContent = role === "admin" ? "an administrator" : "a poster";
  byId("stranger").hidden = true;
  byId("signed-in").hidden = false;
}
if (role === "admin" && byId("admin-bar")) {
  byId("admin-bar").hidden = false;
  // The end of the session, by the server's word.
  fetch("/api/session").then((answer) => answer.json()).then(({ expires }) => {
    const until = expires && new Date(expires).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (until) byId("admin-until").textContent = `, until ${until}`;
  }, () => {});
}
