// Sets the theme before the page is drawn: that of the system, unless another was chosen here.
"use strict";

(() => {
  const KEY = "journeyman-theme";
  const THEMES = ["system", "light", "dark"];

  const stored = () => {
    try {
      const theme = localStorage.getItem(KEY);
      return THEMES.includes(theme) ? theme : "system";
    } catch {
      return "system"; // Storage is switched off.
    }
  };

  let theme = stored();

  const apply = () => {
    if (theme === "system") {
      document.documentElement.removeAttribute("data-theme");
    } else {
      document.documentElement.dataset.theme = theme;
    }
  };

  const show = (button) => {
    const names = { system: "system", light: "light", dark: "dark" };
    button.textContent = `Theme: ${names[theme]}`;
  };

  apply();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    show(button);
    button.addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // It holds for this page only, then.
      }
      apply();
      show(button);
    });
  });
})();
