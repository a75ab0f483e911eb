import { mount } from "svelte";
import { openHost } from "$lib/host";
import App from "./App.svelte";
import "./app.css";

const target = document.getElementById("app");
if (target) mount(App, { target, props: { host: await openHost() } });
