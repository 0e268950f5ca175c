using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Client;

/// <summary>A file that another tool wrote.</summary>
/// <param name="Content">The text of the file.</param>
/// <param name="Format">har, openapi or jmx; null lets the platform find out.</param>
/// <param name="Name">The configuration's name; null takes that of the file.</param>
/// <param name="Environment">Where its requests go; null for the default environment.</param>
/// <param name="LeaveOutStatic">True leaves out images, styles, scripts and fonts of a recording.</param>
public sealed record ImportRequest(
    string Content, string? Format = null, string? Name = null, string? Environment = null, [property: JsonPropertyName("leaveOutStatic")] bool LeaveOutStatic = false);

/// <summary>What a file was made into.</summary>
/// <param name="Stored">Whether the configuration is stored.</param>
/// <param name="Configuration">The configuration.</param>
/// <param name="Variables">What the environment must give before it can run.</param>
/// <param name="Warnings">What was left out or taken over otherwise.</param>
public sealed record ImportAnswer(bool Stored, JsonObject Configuration, IReadOnlyList<ImportVariable> Variables, IReadOnlyList<string> Warnings);

/// <summary>A variable that stands for something secret.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InsteadOf">What it stands for.</param>
public sealed record ImportVariable(string Name, [property: JsonPropertyName("insteadOf")] string InsteadOf);
