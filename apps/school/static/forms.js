// Makes forms quicker; without it every page works all the same.
"use strict";

(() => {
  // A page that waits looks again by itself, and keeps the place where the person reads.
  const seconds = Number(document.body.dataset.refresh);
  if (seconds > 0) setTimeout(() => location.reload(), seconds * 1000);

  // «Показать пароль»
  for (const field of document.querySelectorAll("input[data-show]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link tall";
    button.setAttribute("aria-controls", field.id);
    const label = () => {
      button.textContent = field.type === "password" ? field.dataset.show : field.dataset.hide;
    };
    button.addEventListener("click", () => {
      field.type = field.type === "password" ? "text" : "password";
      label();
      field.focus();
    });
    // What is sent is a password, whatever was shown.
    field.form?.addEventListener("submit", () => {
      field.type = "password";
      label();
    });
    label();
    field.insertAdjacentElement("afterend", button);
  }

  // The pickers: the combobox with a list of WAI-ARIA.
  for (const form of document.querySelectorAll("form[data-live]")) combobox(form);

  function combobox(form) {
    const input = form.querySelector("input[type=search]");
    const box = form.querySelector(".find");
    if (!input || !box) return;
    const list = document.createElement("ul");
    list.id = `${input.id}-list`;
    list.className = "options";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.querySelector("label")?.textContent ?? "");
    list.hidden = true;
    const said = document.createElement("p");
    said.className = "vh";
    said.setAttribute("aria-live", "polite");
    box.append(list);
    form.append(said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    let hits = [];
    let active = -1;
    let timer = 0;
    let asked = null;

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      const options = [...list.children];
      if (options.length === 0) return;
      active = (index + options.length) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    };

    const draw = () => {
      list.replaceChildren(
        ...hits.map((hit, at) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${at}`;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          const text = document.createElement("span");
          text.textContent = hit.text;
          option.append(text);
          if (hit.note) {
            const note = document.createElement("span");
            note.className = "muted small";
            note.textContent = ` ${hit.note}`;
            option.append(note);
          }
          // Before the field loses the focus.
          option.addEventListener("mousedown", (event) => event.preventDefault());
          option.addEventListener("click", () => pick(at));
          return option;
        }),
      );
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = hits.length === 0;
      input.setAttribute("aria-expanded", String(hits.length > 0));
    };

    const search = async () => {
      const words = input.value.trim();
      asked?.abort();
      if (words === "") {
        hits = [];
        said.textContent = "";
        draw();
        return;
      }
      asked = new AbortController();
      const address = new URL(form.dataset.live, location.origin);
      address.searchParams.set("words", words);
      try {
        const answer = await fetch(address, { signal: asked.signal });
        if (!answer.ok) return;
        const found = await answer.json();
        hits = found.hits;
        said.textContent = found.said;
        draw();
      } catch {
        // «Найти» does the same.
      }
    };

    const pick = (at) => {
      const hit = hits[at];
      if (!hit) return;
      input.value = hit.text;
      close();
      said.textContent = hit.text;
      if (form.dataset.inForm === "true") inForm(hit);
      else reload(hit);
    };

    // A choice that reloads the page with the next field.
    const reload = (hit) => {
      const choice = document.createElement("input");
      choice.type = "hidden";
      choice.name = form.dataset.field;
      choice.value = hit.value;
      input.removeAttribute("name");
      form.querySelector("input[name=change]")?.remove();
      form.append(choice);
      form.submit();
    };

    // A choice that is a part of the password's form: the same radio button as without a script.
    const inForm = (hit) => {
      let results = document.getElementById("place-results");
      if (!results || results.tagName !== "FIELDSET") {
        results?.remove();
        results = document.createElement("fieldset");
        results.id = "place-results";
        form.after(results);
      }
      const choices = document.createElement("div");
      choices.className = "choices";
      const label = document.createElement("label");
      label.className = "choice";
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = form.dataset.field;
      radio.value = hit.value;
      radio.checked = true;
      radio.setAttribute("form", "credentials-form");
      const text = document.createElement("span");
      text.textContent = hit.note ? `${hit.text}, ${hit.note}` : hit.text;
      label.append(radio, text);
      choices.append(label);
      const legend = document.createElement("legend");
      legend.className = "label";
      legend.textContent = form.querySelector("label")?.textContent ?? "";
      results.className = "stack-s";
      results.replaceChildren(legend, choices);
      document.getElementById("login")?.focus();
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(search, 150);
    });
    input.addEventListener("keydown", (event) => {
      switch (event.key) {
        case "ArrowDown":
          if (list.hidden && hits.length > 0) draw();
          mark(active + 1);
          event.preventDefault();
          break;
        case "ArrowUp":
          if (!list.hidden) {
            mark(active <= 0 ? list.children.length - 1 : active - 1);
            event.preventDefault();
          }
          break;
        case "Home":
        case "End":
          if (!list.hidden && active >= 0) {
            mark(event.key === "Home" ? 0 : list.children.length - 1);
            event.preventDefault();
          }
          break;
        case "Enter":
          if (!list.hidden && active >= 0) {
            event.preventDefault();
            pick(active);
          }
          break;
        case "Escape":
          if (!list.hidden) {
            event.preventDefault();
            close();
          }
          break;
        default:
      }
    });
    input.addEventListener("blur", close);
  }
})();
