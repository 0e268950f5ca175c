using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Loadstone.Gateway.Users;

/// <summary>
/// The keys that seal tokens and cookies, in the database, so that every instance reads what another has sealed. Somebody who
/// reads them there can still make no ticket that opens anything: that takes the id of a session, of which only the hash is kept.
/// </summary>
internal sealed class SealingKeys(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = database.Command("select xml from gateway.data_protection_keys order by created_at");
        using var rows = command.ExecuteReader();
        var found = new List<XElement>();
        while (rows.Read())
            found.Add(XElement.Parse(rows.GetString(0)));
        return found;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = database.Command(
            "insert into gateway.data_protection_keys (friendly_name, xml) values ($1, $2) on conflict do nothing", friendlyName, element.ToString(SaveOptions.DisableFormatting));
        command.ExecuteNonQuery();
    }
}

internal static class SealingKeysSetup
{
    public static void AddSealingKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("loadstone");
        services.AddOptions<KeyManagementOptions>().Configure<Database>((options, database) => options.XmlRepository = new SealingKeys(database));
    }
}
