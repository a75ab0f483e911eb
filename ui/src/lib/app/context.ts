import { createContext } from "svelte";
import type { App } from "./app.svelte";

/** The one App, for views and for components that show several subjects. Small components take props instead. */
export const [useApp, provideApp] = createContext<App>();
