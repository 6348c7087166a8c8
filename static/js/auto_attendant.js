/* Phone System > Auto Attendants > Modify: what a menu that is off would say is not shown (S26-04). */
const depends = { dial_by_name: ["dial_by_name_prompt", "spell_by"], directory: ["directory_prompt", "directory_order"] };

for (const [name, others] of Object.entries(depends)) {
  const menu = document.getElementById(`id_${name}`);
  const show = () => {
    for (const other of others) document.getElementById(`id_${other}`).closest(".sw-field").hidden = !menu.checked;
  };
  menu.addEventListener("change", show);
  show();
}
