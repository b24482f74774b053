// Runs in <head>, before anything is painted: the page never flashes in the wrong theme.
import { show } from "./appearance.js";

document.documentElement.classList.add("js");
show();
