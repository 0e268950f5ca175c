using System.IO.Hashing;
using System.Runtime.CompilerServices;

// One forwarded type makes the real assembly a dependency of ours, so that it is copied wherever this project goes.
[assembly: TypeForwardedTo(typeof(XxHash32))]
