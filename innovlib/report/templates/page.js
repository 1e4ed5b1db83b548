addEventListener("beforeprint",()=>{if(!document.body.classList.contains("school"))document.querySelectorAll("details").forEach(d=>{d.open=true})});
if(location.hash==="#details")document.querySelectorAll("details").forEach(d=>{d.open=true});
