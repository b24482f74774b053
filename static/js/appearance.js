// Theme and density: chosen by the person, kept in this browser, shown as attributes of <html>.

const root = document.documentElement;
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

export function choice(name) {
  try {
    return window.localStorage.getItem(name) ?? "";
  } catch {
    return ""; // storage may be forbidden: then every page starts with the defaults
  }
}

export function choose(name, value) {
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // see choice()
  }
  show({ ...current(), [name]: value });
}

export function show({ theme, density } = current()) {
  root.dataset.bsTheme = theme || (prefersDark.matches ? "dark" : "light");
  root.dataset.density = density || "comfortable";
}

function current() {
  return { theme: choice("theme"), density: choice("density") };
}

prefersDark.addEventListener("change", () => show());
