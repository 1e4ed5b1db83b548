(()=>{
const by=id=>document.getElementById(id),q=by("q"),district=by("district"),cohort=by("cohort"),found=by("found");
const rows=[...document.querySelectorAll("tr[data-key]")];
/* The same spelling as the keys were made in: prefixes, spaces and invisible signs off, one form of am, ae and digits. */
const key=text=>text.normalize("NFC").replace(/[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]/g,"").trim()
.replace(/^(โรงเรียน|ร\.?\s*ร\.?)\s*/,"").replace(/^บ้าน/,"").replace(/\s+/g,"").replace(/เเ/g,"แ")
.replace(/ํ([่้๊๋]?)า/g,"$1ำ").replace(/([่้๊๋])ํา/g,"$1ำ")
.replace(/[๐-๙]/g,d=>String("๐๑๒๓๔๕๖๗๘๙".indexOf(d))).toLowerCase();
const show=()=>{
const wanted=key(q.value);let n=0;
for(const row of rows){
const d=row.dataset,here=(!wanted||d.key.includes(wanted))&&(!district.value||d.district===district.value)&&(!cohort.value||d.cohort===cohort.value);
row.hidden=!here;n+=here;
}
found.textContent=n?found.dataset.found.replace("{n}",n):found.dataset.none;
};
const form=document.querySelector("form.find");form.hidden=false;
form.addEventListener("input",show);form.addEventListener("submit",e=>{e.preventDefault();show()});
show();
})();
