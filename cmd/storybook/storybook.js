// A dialog and a menu are open in their stories.
for (const dialog of document.querySelectorAll('dialog')) dialog.showModal();
for (const show of document.querySelectorAll('[data-show]')) {
  const source = document.querySelector(`[popovertarget="${show.dataset.show}"]`);
  document.getElementById(show.dataset.show).showPopover({ source });
}
