using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Tapline.Serving.Security;

/// <summary>Knows who may come in.</summary>
public sealed class Gatekeeper(ImmutableArray<ApiKey> keys, JwtVerifier? tokens)
{
    /// <summary>Whether nobody needs a key: then only this machine may reach the service.</summary>
    public bool IsOpen => keys.IsEmpty && tokens is null;

    /// <summary>Who comes with a key or token; null for nobody we know.</summary>
    public Caller? Find(string credential)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(credential));
        Caller? found = null;
        foreach (var key in keys)
        {
            if (key.HasHash(hash))
                found = key.Caller;
        }
        return found ?? tokens?.Verify(credential);
    }

    /// <summary>The key of a name; null for none.</summary>
    internal ApiKey? Named(string name) => keys.FirstOrDefault(key => key.Caller.Name == name);
}
