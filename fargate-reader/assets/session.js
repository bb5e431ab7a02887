// Shows who is signed in. The role in the cookie is only for display: the server checks the session, which no script can read.

const role = document.cookie.match(/(?:^|; )(?:__Host-)?messagewall-role=(poster|admin)(?:;|$)/)?.[1];
const byId = (id) => document.getElementById(id);

if (role) {
  document.documentElement.dataset.role = role;
  byId("role").textContent = role === "admin" ? "an administrator" : "a poster";
  byId("stranger").hidden = true;
  byId("signed-in").hidden = false;
}
