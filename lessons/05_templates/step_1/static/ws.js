const state = document.querySelector("#state");
const form = document.querySelector("#form");
const text = document.querySelector("#text");
const send = document.querySelector("#send");
const log = document.querySelector("#log");

const socket = new WebSocket("ws://localhost:8000/ws");

socket.addEventListener("open", () => {
  state.textContent = "open";
  send.disabled = false;
});

socket.addEventListener("message", (event) => {
  const line = document.createElement("li");
  // textContent shows a message; innerHTML would run what is in it.
  line.textContent = event.data;
  log.prepend(line);
});

socket.addEventListener("close", (event) => {
  state.textContent = `closed (${event.code}) ${event.reason}`.trim();
  send.disabled = true;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(text.value);
  text.value = "";
});
