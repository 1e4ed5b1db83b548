const slides=[...document.querySelectorAll(".masthead,.slide")];
const here=()=>slides.reduce((best,s,i)=>Math.abs(s.getBoundingClientRect().top)<Math.abs(slides[best].getBoundingClientRect().top)?i:best,0);
const go=i=>{const s=slides[Math.max(0,Math.min(slides.length-1,i))];s.scrollIntoView({block:"start"});s.tabIndex=-1;s.focus({preventScroll:true})};
addEventListener("keydown",e=>{
if(e.altKey||e.ctrlKey||e.metaKey)return;
const step={ArrowRight:1,PageDown:1," ":e.shiftKey?-1:1,ArrowLeft:-1,PageUp:-1}[e.key];
if(step)go(here()+step);else if(e.key==="Home")go(0);else if(e.key==="End")go(slides.length-1);
else if(e.key==="f"&&document.fullscreenEnabled)document.fullscreenElement?document.exitFullscreen():document.documentElement.requestFullscreen();
else return;
e.preventDefault()});
